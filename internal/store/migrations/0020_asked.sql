-- What was asked for under an idempotency key, as a digest: another request
-- under the same key is refused.
ALTER TABLE tasks ADD COLUMN asked TEXT NOT NULL DEFAULT '';
