-- Uploaded files of people, in pieces, and what came of their rows.

CREATE TABLE imports (
  id          TEXT PRIMARY KEY,
  filename    TEXT NOT NULL,
  created_by  TEXT NOT NULL,
  created_at  BIGINT NOT NULL,
  uploaded_at BIGINT NOT NULL DEFAULT 0,
  size        BIGINT NOT NULL DEFAULT 0,
  chunks      BIGINT NOT NULL DEFAULT 0,
  row_count   BIGINT NOT NULL DEFAULT 0,
  header      TEXT NOT NULL DEFAULT '[]',
  encoding    TEXT NOT NULL DEFAULT '',
  delimiter   TEXT NOT NULL DEFAULT '',
  fingerprint TEXT NOT NULL DEFAULT '',
  mapping     TEXT NOT NULL DEFAULT '{}',
  remembered  BOOLEAN NOT NULL DEFAULT FALSE,
  location_id TEXT NOT NULL DEFAULT '',
  task_id     TEXT NOT NULL DEFAULT '',
  -- how far its import has come; written with the people, in one transaction
  row_cursor  BIGINT NOT NULL DEFAULT 0,
  created     BIGINT NOT NULL DEFAULT 0,
  changed     BIGINT NOT NULL DEFAULT 0,
  unchanged   BIGINT NOT NULL DEFAULT 0,
  failed      BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX imports_created ON imports (created_at);
CREATE UNIQUE INDEX imports_task ON imports (task_id) WHERE task_id <> '';

CREATE TABLE import_chunks (
  import_id TEXT NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
  n         BIGINT NOT NULL,
--sqlite
  data      BLOB NOT NULL,
--end
--postgres
  data      BYTEA NOT NULL,
--end
  PRIMARY KEY (import_id, n)
);

CREATE TABLE import_failures (
  import_id TEXT NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
  row_no    BIGINT NOT NULL,
  reason    TEXT NOT NULL,
  PRIMARY KEY (import_id, row_no)
);

-- The columns that somebody chose for files with this header.
CREATE TABLE import_mappings (
  fingerprint TEXT PRIMARY KEY,
  mapping     TEXT NOT NULL,
  updated_at  BIGINT NOT NULL
);

-- For the funnel: links that were opened and still count.
CREATE INDEX invitations_opened_now ON invitations (location_id) WHERE opened_at > 0 AND withdrawn_at = 0;
