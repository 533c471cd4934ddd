-- Taking a location back, and adopting people with their names at Apple.

ALTER TABLE locations ADD COLUMN read_first_at BIGINT NOT NULL DEFAULT 0;   -- taken back then: a full read begun later must end first

ALTER TABLE imports ADD COLUMN adopt BOOLEAN NOT NULL DEFAULT FALSE;        -- a move-in: rows name people's records at Apple
