-- Taken back or given up, and the MDM server not told yet.
DROP INDEX deliveries_uncanceled;
CREATE INDEX deliveries_uncanceled ON deliveries (id) WHERE outcome IN ('withdrawn', 'refused') AND command_state IN ('queued', 'pushed', 'not_now');

-- Whether a device said that it is a Shared iPad, or that it is none; those that
-- were taken for one or the other before stay so until they enroll anew.
ALTER TABLE devices ADD COLUMN shared_known BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE devices SET shared_known = TRUE;

-- Devices of which nobody knows what they are were called of the wrong kind.
UPDATE devices SET reach = 'unknown' WHERE platform = '' AND reach = 'platform';
UPDATE users SET device_reach = 'unknown' WHERE device_reach = 'platform' AND EXISTS
  (SELECT 1 FROM devices d WHERE d.owner_id = users.id AND d.reach = 'unknown');

-- Who is signed in is known for each channel: a Mac and a Shared iPad have many
-- people. What a device keeps is its owner's.
ALTER TABLE enrollments ADD COLUMN account_asked_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE enrollments ADD COLUMN account_read_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE enrollments ADD COLUMN account_active BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE enrollments ADD COLUMN account_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE enrollments ADD COLUMN account_question TEXT NOT NULL DEFAULT '';   -- the command that is not answered yet
ALTER TABLE enrollments ADD COLUMN account_looked_at BIGINT NOT NULL DEFAULT 0; -- when its MDM server was last asked after the answer
UPDATE enrollments SET
  account_read_at = (SELECT d.account_read_at FROM devices d WHERE d.id = enrollments.device_id),
  account_active = (SELECT d.account_active FROM devices d WHERE d.id = enrollments.device_id),
  account_hash = (SELECT d.account_hash FROM devices d WHERE d.id = enrollments.device_id)
WHERE EXISTS (SELECT 1 FROM devices d WHERE d.id = enrollments.device_id AND d.account_read_at > 0
  AND enrollments.user_channel = (d.platform = 'mac' OR d.shared) AND enrollments.owner_id IN ('', d.owner_id));
CREATE INDEX enrollments_ask ON enrollments (account_asked_at) WHERE owner_id <> '';
CREATE INDEX enrollments_question ON enrollments (mdm, account_looked_at) WHERE account_question <> '';
CREATE INDEX enrollments_account ON enrollments (account_hash) WHERE account_hash <> '';
