-- Who moved in and was never read: next to nobody. Every full read looks.
CREATE INDEX program_users_unread ON program_users (location_id)
  WHERE client_user_id <> '' AND apple_status = '' AND pending = '';
