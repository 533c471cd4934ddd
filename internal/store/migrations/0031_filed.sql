-- The status under which SQLite's index by name lists a VPP user. A read of a few
-- changes leaves it for a moment later: moving each to its new place is two pages
-- of the index for every one of them (decision 34).
--sqlite
ALTER TABLE program_users ADD COLUMN filed TEXT NOT NULL DEFAULT 'not_invited';
DROP INDEX program_users_status;
UPDATE program_users SET filed = vpp_status WHERE vpp_status <> 'not_invited';
CREATE INDEX program_users_filed ON program_users (location_id, filed, sort_key, seq);
CREATE INDEX program_users_unfiled ON program_users (location_id, vpp_status, sort_key, seq) WHERE filed <> vpp_status;
--end
