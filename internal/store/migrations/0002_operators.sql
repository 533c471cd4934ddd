-- Who may use this server.
CREATE TABLE operators (
  id           TEXT PRIMARY KEY,
  name         TEXT NOT NULL,
  name_key     TEXT NOT NULL UNIQUE,
  password     TEXT NOT NULL,             -- a hash with its parameters
  scopes       TEXT NOT NULL,             -- "owner", or "read,invite,…"
  epoch        BIGINT NOT NULL DEFAULT 1, -- counts up to end every session
  created_at   BIGINT NOT NULL,
  password_at  BIGINT NOT NULL,
  signed_in_at BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE api_keys (
  id             TEXT PRIMARY KEY,
  operator_id    TEXT NOT NULL REFERENCES operators (id) ON DELETE CASCADE,
  name           TEXT NOT NULL,
  hash           TEXT NOT NULL UNIQUE,
  scopes         TEXT NOT NULL,
  created_at     BIGINT NOT NULL,
  expires_at     BIGINT NOT NULL,
  revoked_at     BIGINT NOT NULL DEFAULT 0,
  last_used_at   BIGINT NOT NULL DEFAULT 0,
  last_used_from TEXT NOT NULL DEFAULT ''
);
CREATE INDEX api_keys_operator ON api_keys (operator_id, id);

CREATE TABLE sessions (
  token      TEXT PRIMARY KEY, -- a hash of the cookie
  data       TEXT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_expires ON sessions (expires_at);

-- How often somebody tried to sign in within a window, per name and address,
-- per address, and of all.
CREATE TABLE sign_in_attempts (
  name    TEXT PRIMARY KEY,
  n       BIGINT NOT NULL,
  ends_at BIGINT NOT NULL
);
CREATE INDEX sign_in_attempts_ends ON sign_in_attempts (ends_at);

CREATE TABLE preferences (
  operator_id TEXT NOT NULL REFERENCES operators (id) ON DELETE CASCADE,
  name        TEXT NOT NULL,
  value       TEXT NOT NULL,
  PRIMARY KEY (operator_id, name)
);

-- The history is read newest first, by any one of these.
DROP INDEX entries_object;
DROP INDEX entries_action;
CREATE INDEX entries_at ON entries (at, id);
CREATE INDEX entries_object ON entries (object, at, id);
CREATE INDEX entries_action ON entries (action, at, id);
CREATE INDEX entries_actor ON entries (actor, at, id);
