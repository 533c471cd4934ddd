-- The address of a person that a letter could not be handed over to, and why.
-- It counts while the person's address is this one.
ALTER TABLE users ADD COLUMN bad_email TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN bad_email_why TEXT NOT NULL DEFAULT '';

-- When a mail server took a letter that came back afterwards (RFC 3464).
ALTER TABLE deliveries ADD COLUMN accepted_at BIGINT NOT NULL DEFAULT 0;
