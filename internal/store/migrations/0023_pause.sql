-- Since when a person is paused: nothing is sent to them until somebody resumes
-- them; 0 for who is not.
ALTER TABLE users ADD COLUMN paused_at BIGINT NOT NULL DEFAULT 0;

-- Kept equal to the user's, so that one index serves a list.
ALTER TABLE program_users ADD COLUMN paused BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX program_users_paused ON program_users (location_id, sort_key, seq) WHERE paused;
