-- What a device that began anew had not answered.
CREATE INDEX mdm_commands_cleared ON mdm_commands (channel_id) WHERE status = 'cleared';
