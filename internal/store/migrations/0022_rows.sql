-- People who are asked for at Apple by name, because they said that they have
-- accepted.
ALTER TABLE program_users ADD COLUMN look_wanted_at BIGINT NOT NULL DEFAULT 0; -- due from; 0 when nobody asked
ALTER TABLE program_users ADD COLUMN looked_at BIGINT NOT NULL DEFAULT 0;      -- when Apple was asked last
CREATE INDEX program_users_look ON program_users (location_id, look_wanted_at) WHERE look_wanted_at > 0;

-- Who confirmed that data of people may go to Apple, when, and to which text.
-- Who added a location before anybody was asked counts as having done so.
ALTER TABLE locations ADD COLUMN consent_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE locations ADD COLUMN consent_by TEXT NOT NULL DEFAULT '';
ALTER TABLE locations ADD COLUMN consent_text TEXT NOT NULL DEFAULT '';
UPDATE locations SET consent_at = token_added_at, consent_by = COALESCE((SELECT actor FROM entries
  WHERE action = 'token.add' AND object = 'location:' || locations.id ORDER BY at LIMIT 1), 'somebody') WHERE token_added_at > 0;
