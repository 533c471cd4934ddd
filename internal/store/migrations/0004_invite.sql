-- Who asked for an invitation; its page and its story say so.
ALTER TABLE invitations ADD COLUMN invited_by TEXT NOT NULL DEFAULT '';

-- A run's own letter, in place of the saved one.
CREATE TABLE task_letters (
  task_id TEXT PRIMARY KEY REFERENCES tasks (id) ON DELETE CASCADE,
  subject TEXT NOT NULL,
  body    TEXT NOT NULL,
  html    TEXT NOT NULL
);
