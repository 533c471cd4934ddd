-- Invitations on devices as they are watched: those that are open, all of
-- them, and those that ended one way; however many were answered before.
CREATE INDEX deliveries_commands ON deliveries (id) WHERE device_id <> '';
CREATE INDEX deliveries_commands_open ON deliveries (id) WHERE device_id <> '' AND outcome IN ('queued', 'deferred', 'underway');
CREATE INDEX deliveries_commands_shown ON deliveries (id) WHERE device_id <> '' AND outcome = 'accepted';
CREATE INDEX deliveries_commands_failed ON deliveries (id) WHERE device_id <> '' AND outcome = 'refused';
CREATE INDEX deliveries_commands_canceled ON deliveries (id) WHERE device_id <> '' AND outcome = 'withdrawn';

-- Who is invited because a device of theirs was enrolled: once for each time
-- that it enrolls.
CREATE TABLE auto_invites (
  device_id   TEXT NOT NULL,
  user_id     TEXT NOT NULL,
  enrolled_at BIGINT NOT NULL,
  due_at      BIGINT NOT NULL,
  done_at     BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (device_id, user_id, enrolled_at)
);
CREATE INDEX auto_invites_due ON auto_invites (due_at) WHERE done_at = 0;
