-- Whom a device's channels belong to, which devices are to be asked who is
-- signed in, and the numbers on the page of devices.
CREATE INDEX enrollments_owner ON enrollments (owner_id) WHERE owner_id <> '';
CREATE INDEX devices_ask ON devices (account_asked_at) WHERE owner_id <> '' AND reach IN ('device', 'user');
CREATE INDEX devices_counts ON devices (platform, reach, owner_id);
