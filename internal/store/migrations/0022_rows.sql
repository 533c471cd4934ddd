-- People who are asked for at Apple by name, because they said that they have
-- accepted.
ALTER TABLE program_users ADD COLUMN look_wanted_at BIGINT NOT NULL DEFAULT 0; -- due from; 0 when nobody asked
ALTER TABLE program_users ADD COLUMN looked_at BIGINT NOT NULL DEFAULT 0;      -- when Apple was asked last
CREATE INDEX program_users_look ON program_users (location_id, look_wanted_at) WHERE look_wanted_at > 0;
