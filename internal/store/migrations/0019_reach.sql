-- Taken back or given up, and the MDM server not told yet.
DROP INDEX deliveries_uncanceled;
CREATE INDEX deliveries_uncanceled ON deliveries (id) WHERE outcome IN ('withdrawn', 'refused') AND command_state IN ('queued', 'pushed', 'not_now');
