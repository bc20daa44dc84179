ALTER TABLE acs_users ADD COLUMN is_suspended INTEGER NOT NULL DEFAULT 0;

ALTER TABLE acs_users ADD COLUMN hid_acs_system_id TEXT;

ALTER TABLE acs_credentials ADD COLUMN is_multi_phone_sync INTEGER NOT NULL DEFAULT 0;

ALTER TABLE acs_credentials ADD COLUMN is_one_time_use INTEGER NOT NULL DEFAULT 0;

ALTER TABLE acs_credentials ADD COLUMN vendor_metadata TEXT NOT NULL DEFAULT '{}';

ALTER TABLE acs_credentials ADD COLUMN schedule_modified_at INTEGER;

ALTER TABLE acs_credentials ADD COLUMN schedule_externally_modified_at INTEGER;

ALTER TABLE acs_credentials ADD COLUMN deletion_asked_at INTEGER;

CREATE INDEX acs_credentials_being_deleted ON acs_credentials (deletion_asked_at) WHERE deletion_asked_at IS NOT NULL;

ALTER TABLE acs_entrances ADD COLUMN hotek_metadata TEXT;

ALTER TABLE acs_encoders ADD COLUMN removed_at INTEGER;

CREATE TABLE acs_access_groups (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  acs_access_group_id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE acs_access_group_entrances (
  acs_access_group_id TEXT NOT NULL REFERENCES acs_access_groups (acs_access_group_id) ON DELETE CASCADE,
  acs_entrance_id TEXT NOT NULL REFERENCES acs_entrances (acs_entrance_id) ON DELETE CASCADE,
  PRIMARY KEY (acs_access_group_id, acs_entrance_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX acs_access_group_entrances_by_entrance ON acs_access_group_entrances (acs_entrance_id);

CREATE TABLE acs_access_group_users (
  acs_access_group_id TEXT NOT NULL REFERENCES acs_access_groups (acs_access_group_id) ON DELETE CASCADE,
  acs_user_id TEXT NOT NULL REFERENCES acs_users (acs_user_id) ON DELETE CASCADE,
  PRIMARY KEY (acs_access_group_id, acs_user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX acs_access_group_users_by_user ON acs_access_group_users (acs_user_id);

-- Entrances that a user may open, granted one by one.
CREATE TABLE acs_user_entrances (
  acs_user_id TEXT NOT NULL REFERENCES acs_users (acs_user_id) ON DELETE CASCADE,
  acs_entrance_id TEXT NOT NULL REFERENCES acs_entrances (acs_entrance_id) ON DELETE CASCADE,
  PRIMARY KEY (acs_user_id, acs_entrance_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX acs_user_entrances_by_entrance ON acs_user_entrances (acs_entrance_id);

-- What a user may open by grants and groups, suspended or not.
CREATE VIEW acs_user_grants (acs_user_id, acs_entrance_id) AS
SELECT acs_user_id, acs_entrance_id FROM acs_user_entrances
UNION
SELECT membership.acs_user_id, opened.acs_entrance_id
FROM acs_access_group_users AS membership
JOIN acs_access_group_entrances AS opened USING (acs_access_group_id);

ALTER TABLE events ADD COLUMN acs_access_group_id TEXT;

ALTER TABLE events ADD COLUMN client_session_id TEXT;

CREATE TABLE client_sessions (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  client_session_id TEXT NOT NULL UNIQUE,
  api_key_id TEXT NOT NULL REFERENCES api_keys (api_key_id),
  user_identifier_key TEXT,
  customer_key TEXT,
  -- A JSON list of ids.
  user_identity_ids TEXT NOT NULL,
  scopes TEXT NOT NULL,
  allowed_origin TEXT,
  expires_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT;

CREATE INDEX client_sessions_by_identifier ON client_sessions (user_identifier_key);

-- A session may have several tokens: whoever asks for it again gets a new one, as only hashes are kept.
CREATE TABLE client_session_tokens (
  hash BLOB PRIMARY KEY,
  client_session_id TEXT NOT NULL REFERENCES client_sessions (client_session_id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX client_session_tokens_by_session ON client_session_tokens (client_session_id);

CREATE TABLE webhooks (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  webhook_id TEXT NOT NULL UNIQUE,
  url TEXT NOT NULL,
  -- A JSON list of names; * for every event.
  event_types TEXT NOT NULL,
  secret TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE webhook_deliveries (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  delivery_id TEXT NOT NULL UNIQUE,
  webhook_id TEXT NOT NULL REFERENCES webhooks (webhook_id) ON DELETE CASCADE,
  event_id TEXT NOT NULL REFERENCES events (event_id),
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  next_attempt_at INTEGER,
  last_attempt_at INTEGER,
  last_status INTEGER,
  last_error TEXT,
  created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_attempt_at) WHERE state = 'pending';

CREATE INDEX webhook_deliveries_by_webhook ON webhook_deliveries (webhook_id, sequence);

CREATE INDEX webhook_deliveries_by_event ON webhook_deliveries (event_id);

-- What credentials and encoders were before, as attempts and changes remember them.
UPDATE action_attempts
SET attempt = json_set(
  attempt,
  '$.result.credential.isMultiPhoneSync', json('false'),
  '$.result.credential.isOneTimeUse', json('false'),
  '$.result.credential.vendorMetadata', json('{}'),
  '$.result.credential.scheduleModifiedAt', NULL,
  '$.result.credential.scheduleExternallyModifiedAt', NULL,
  '$.result.credential.deletionAskedAt', NULL
)
WHERE attempt ->> '$.result.credential.id' IS NOT NULL;

UPDATE changes
SET change = json_set(
  change,
  '$.attempt.result.credential.isMultiPhoneSync', json('false'),
  '$.attempt.result.credential.isOneTimeUse', json('false'),
  '$.attempt.result.credential.vendorMetadata', json('{}'),
  '$.attempt.result.credential.scheduleModifiedAt', NULL,
  '$.attempt.result.credential.scheduleExternallyModifiedAt', NULL,
  '$.attempt.result.credential.deletionAskedAt', NULL
)
WHERE change ->> '$.attempt.result.credential.id' IS NOT NULL;

UPDATE changes
SET change = json_set(change, '$.encoder.removedAt', NULL)
WHERE change ->> '$.encoder.id' IS NOT NULL;
