-- Reads of licenses, edits that wait for Apple, records to be adopted, and a
-- compact memory of what the last full read left.

ALTER TABLE tenders ADD COLUMN library_wanted_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tenders ADD COLUMN library_full_wanted_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tenders ADD COLUMN library_walk TEXT NOT NULL DEFAULT '';

-- Apple has another address than the person has here, or could link a Managed
-- Apple Account that it does not know of.
ALTER TABLE program_users ADD COLUMN differs BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE program_users ADD COLUMN edited_at BIGINT NOT NULL DEFAULT 0;         -- the address or the account was changed here
ALTER TABLE program_users ADD COLUMN managed_edited_at BIGINT NOT NULL DEFAULT 0; -- the account was
CREATE INDEX program_users_differs ON program_users (location_id, sort_key, seq) WHERE differs;

ALTER TABLE strangers ADD COLUMN email_key TEXT NOT NULL DEFAULT '';
ALTER TABLE strangers ADD COLUMN code_sealed TEXT NOT NULL DEFAULT '';
ALTER TABLE strangers ADD COLUMN code_mark TEXT NOT NULL DEFAULT '';
ALTER TABLE strangers ADD COLUMN seen_at BIGINT NOT NULL DEFAULT 0;                -- when it was found first
CREATE INDEX strangers_email ON strangers (location_id, email_key) WHERE email_key <> '';
CREATE INDEX users_managed ON users (lower(managed_apple_id)) WHERE managed_apple_id <> '';

-- Whose licenses are to be looked at by name, because a read does not tell
-- which of them are gone.
CREATE TABLE license_looks (
  location_id    TEXT NOT NULL REFERENCES locations (id) ON DELETE CASCADE,
  client_user_id TEXT NOT NULL,
  serial_number  TEXT NOT NULL,
  PRIMARY KEY (location_id, client_user_id, serial_number)
);

-- How everything stood after the last full read, as digests with the numbers
-- of their rows, in parts; and the rows that were written since.
CREATE TABLE imprints (
  location_id TEXT NOT NULL REFERENCES locations (id) ON DELETE CASCADE,
  kind        TEXT NOT NULL,     -- users, assignments
  part        BIGINT NOT NULL,
--sqlite
  marks       BLOB NOT NULL,
--end
--postgres
  marks       BYTEA NOT NULL,
--end
  PRIMARY KEY (location_id, kind, part)
);
CREATE TABLE touched (
  location_id TEXT NOT NULL REFERENCES locations (id) ON DELETE CASCADE,
  kind        TEXT NOT NULL,
  seq         BIGINT NOT NULL,
  PRIMARY KEY (location_id, kind, seq)
);
