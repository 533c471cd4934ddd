-- Of MDM servers that report nothing: when they were last asked what became of
-- a command. And whether a server signs its reports.
ALTER TABLE deliveries ADD COLUMN asked_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE mdm_servers ADD COLUMN signed BOOLEAN NOT NULL DEFAULT FALSE;
