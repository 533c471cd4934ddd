-- Addresses that are told what happens, and what each is told (F-81).

CREATE TABLE webhooks (
  id            TEXT PRIMARY KEY,
  name          TEXT NOT NULL,
  url           TEXT NOT NULL,
  kinds         TEXT NOT NULL DEFAULT '',   -- words; '' is everything
  location_id   TEXT NOT NULL DEFAULT '',   -- only what happens there; '' is everywhere
  secret_sealed TEXT NOT NULL,
  before_sealed TEXT NOT NULL DEFAULT '',   -- the secret before this one
  before_until  BIGINT NOT NULL DEFAULT 0,  -- messages are signed with it, too, until
  created_at    BIGINT NOT NULL,
  off_at        BIGINT NOT NULL DEFAULT 0,
  off_why       TEXT NOT NULL DEFAULT '',   -- why this server switched it off; '' when somebody did
  failing_since BIGINT NOT NULL DEFAULT 0,  -- the first attempt that failed since one did not
  failures      BIGINT NOT NULL DEFAULT 0,  -- in a row
  delivered_at  BIGINT NOT NULL DEFAULT 0,
  next_at       BIGINT NOT NULL DEFAULT 0,  -- nothing is posted before
  claim         TEXT NOT NULL DEFAULT '',   -- who posts to it just now,
  claimed_until BIGINT NOT NULL DEFAULT 0   -- and when that one counts as dead
);

-- One message is one event for one webhook, written with the fact.
CREATE TABLE webhook_messages (
  id         TEXT PRIMARY KEY,
  webhook_id TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
  kind       TEXT NOT NULL,
  at         BIGINT NOT NULL,               -- when it happened
  body       TEXT NOT NULL,                 -- as it is posted, at every attempt
  queued_at  BIGINT NOT NULL,
  next_at    BIGINT NOT NULL,
  attempts   BIGINT NOT NULL DEFAULT 0,
  outcome    TEXT NOT NULL DEFAULT 'waiting', -- waiting, delivered, failed
  outcome_at BIGINT NOT NULL DEFAULT 0,
  status     BIGINT NOT NULL DEFAULT 0,     -- of the last answer; 0 for none
  answer     TEXT NOT NULL DEFAULT '',      -- how the last answer began
  problem    TEXT NOT NULL DEFAULT ''
);
CREATE INDEX webhook_messages_due ON webhook_messages (webhook_id, next_at, id) WHERE outcome = 'waiting';
CREATE INDEX webhook_messages_old ON webhook_messages (queued_at) WHERE outcome = 'waiting';
CREATE INDEX webhook_messages_done ON webhook_messages (outcome_at) WHERE outcome <> 'waiting';
CREATE INDEX webhook_messages_list ON webhook_messages (webhook_id, id);
