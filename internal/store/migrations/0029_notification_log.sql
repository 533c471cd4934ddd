-- Apple's latest notifications of each location, as they came, less the invite
-- codes in them. What was told before is known by the table notifications.
CREATE TABLE notification_log (
  id          TEXT PRIMARY KEY,
  location_id TEXT NOT NULL REFERENCES locations (id) ON DELETE CASCADE,
  at          BIGINT NOT NULL,
  apple_id    TEXT NOT NULL,   -- notificationId; '' where none could be read
  kind        TEXT NOT NULL,   -- notificationType
  outcome     TEXT NOT NULL,   -- what it woke, or why nothing
  problem     TEXT NOT NULL,   -- what could not be read of it
  body        TEXT NOT NULL,
  size        BIGINT NOT NULL  -- of the whole body, in bytes
);
CREATE INDEX notification_log_location ON notification_log (location_id, id);
