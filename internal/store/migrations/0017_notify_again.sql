-- Telling Apple anew where it reaches us: when next, and how often in a row that failed.
ALTER TABLE locations ADD COLUMN notify_next_at BIGINT NOT NULL DEFAULT 0;  -- 0: there is nothing to tell
ALTER TABLE locations ADD COLUMN notify_failures INTEGER NOT NULL DEFAULT 0;
