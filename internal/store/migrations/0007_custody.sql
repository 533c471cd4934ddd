-- What administrators have to know by mail, and two notification secrets while
-- Apple is told of a new one.

CREATE TABLE notices (
  id       TEXT PRIMARY KEY,
  key      TEXT NOT NULL UNIQUE,            -- what it is about: the same is told once
  at       BIGINT NOT NULL,
  subject  TEXT NOT NULL,
  body     TEXT NOT NULL,
  told     TEXT NOT NULL DEFAULT '',        -- addresses that are done with, one per line
  attempts BIGINT NOT NULL DEFAULT 0,
  next_at  BIGINT NOT NULL,                 -- due from; while it is being sent, until its sender counts as dead
  sent_at  BIGINT NOT NULL DEFAULT 0,       -- done: sent, or given up
  problem  TEXT NOT NULL DEFAULT ''
);
CREATE INDEX notices_due ON notices (next_at) WHERE sent_at = 0;

ALTER TABLE locations ADD COLUMN notify_before TEXT NOT NULL DEFAULT '';        -- the secret before this one, sealed
ALTER TABLE locations ADD COLUMN notify_before_until BIGINT NOT NULL DEFAULT 0; -- it is accepted until
