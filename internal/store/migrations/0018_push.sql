-- When it was last tried to wake a channel, and how long it is left alone
-- then: longer each time, while the device is not heard of.
ALTER TABLE mdm_channels ADD COLUMN push_tried_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE mdm_channels ADD COLUMN push_pause BIGINT NOT NULL DEFAULT 0;
-- Why Apple does not take pushes by a certificate, '' while it does.
ALTER TABLE mdm_push_certs ADD COLUMN problem TEXT NOT NULL DEFAULT '';
ALTER TABLE mdm_push_certs ADD COLUMN problem_at BIGINT NOT NULL DEFAULT 0;
