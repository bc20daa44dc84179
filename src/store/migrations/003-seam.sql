ALTER TABLE acs_users ADD COLUMN is_suspended INTEGER NOT NULL DEFAULT 0;

ALTER TABLE acs_users ADD COLUMN hid_acs_system_id TEXT;

-- To find whom an identity means that no user has yet.
CREATE INDEX acs_users_unlinked_by_email ON acs_users (email_address COLLATE NOCASE) WHERE user_identity_id IS NULL;

CREATE INDEX acs_users_unlinked_by_phone ON acs_users (phone_number) WHERE user_identity_id IS NULL;

ALTER TABLE acs_credentials ADD COLUMN is_multi_phone_sync INTEGER NOT NULL DEFAULT 0;

ALTER TABLE acs_credentials ADD COLUMN is_one_time_use INTEGER NOT NULL DEFAULT 0;

ALTER TABLE acs_credentials ADD COLUMN vendor_metadata TEXT NOT NULL DEFAULT '{}';

ALTER TABLE acs_credentials ADD COLUMN reissue_needed_at INTEGER;

UPDATE acs_credentials SET reissue_needed_at = coalesce(issued_at, created_at) WHERE needs_reissue = 1;

ALTER TABLE acs_credentials ADD COLUMN schedule_modified_at INTEGER;

ALTER TABLE acs_credentials ADD COLUMN schedule_externally_modified_at INTEGER;

ALTER TABLE acs_credentials ADD COLUMN deletion_asked_at INTEGER;

CREATE INDEX acs_credentials_being_deleted ON acs_credentials (deletion_asked_at) WHERE deletion_asked_at IS NOT NULL;

CREATE INDEX card_writes_open_in_order ON card_writes (sequence) WHERE outcome IS NULL;

ALTER TABLE acs_entrances ADD COLUMN hotek_metadata TEXT;

-- Whether a report of the lock system made it.
ALTER TABLE acs_entrances ADD COLUMN made_by_report INTEGER NOT NULL DEFAULT 0;

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
  -- The user's own, so that a group of everybody is listed page by page.
  user_sequence INTEGER NOT NULL,
  PRIMARY KEY (acs_access_group_id, acs_user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX acs_access_group_users_by_user ON acs_access_group_users (acs_user_id);

CREATE INDEX acs_access_group_users_in_order ON acs_access_group_users (acs_access_group_id, user_sequence);

-- Entrances that a user may open, granted one by one.
CREATE TABLE acs_user_entrances (
  acs_user_id TEXT NOT NULL REFERENCES acs_users (acs_user_id) ON DELETE CASCADE,
  acs_entrance_id TEXT NOT NULL REFERENCES acs_entrances (acs_entrance_id) ON DELETE CASCADE,
  PRIMARY KEY (acs_user_id, acs_entrance_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX acs_user_entrances_by_entrance ON acs_user_entrances (acs_entrance_id);

ALTER TABLE events ADD COLUMN acs_access_group_id TEXT;

ALTER TABLE events ADD COLUMN client_session_id TEXT;

CREATE TABLE client_sessions (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  client_session_id TEXT NOT NULL UNIQUE,
  api_key_id TEXT NOT NULL REFERENCES api_keys (api_key_id),
  user_identifier_key TEXT,
  -- A JSON list of ids.
  user_identity_ids TEXT NOT NULL,
  scopes TEXT NOT NULL,
  allowed_origin TEXT,
  expires_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT;

-- Which sessions are an identity's: the list in the session itself, the other way round.
CREATE TABLE client_session_identities (
  user_identity_id TEXT NOT NULL,
  client_session_id TEXT NOT NULL REFERENCES client_sessions (client_session_id) ON DELETE CASCADE,
  PRIMARY KEY (user_identity_id, client_session_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX client_session_identities_by_session ON client_session_identities (client_session_id);

CREATE INDEX client_sessions_by_identifier ON client_sessions (user_identifier_key);

CREATE INDEX client_sessions_by_end ON client_sessions (coalesce(revoked_at, expires_at));

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

CREATE INDEX webhook_deliveries_due_to_webhook ON webhook_deliveries (webhook_id, next_attempt_at) WHERE state = 'pending';

CREATE INDEX webhook_deliveries_by_state ON webhook_deliveries (state, sequence);

CREATE INDEX webhook_deliveries_by_webhook ON webhook_deliveries (webhook_id, sequence);

CREATE INDEX webhook_deliveries_by_event ON webhook_deliveries (event_id);

-- What credentials and encoders were before, as attempts and changes remember them.
UPDATE action_attempts
SET attempt = json_set(
  attempt,
  '$.result.credential.isMultiPhoneSync', json('false'),
  '$.result.credential.isOneTimeUse', json('false'),
  '$.result.credential.vendorMetadata', json('{}'),
  '$.result.credential.reissueNeededAt', NULL,
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
  '$.attempt.result.credential.reissueNeededAt', NULL,
  '$.attempt.result.credential.scheduleModifiedAt', NULL,
  '$.attempt.result.credential.scheduleExternallyModifiedAt', NULL,
  '$.attempt.result.credential.deletionAskedAt', NULL
)
WHERE change ->> '$.attempt.result.credential.id' IS NOT NULL;

UPDATE changes
SET change = json_set(change, '$.encoder.removedAt', NULL)
WHERE change ->> '$.encoder.id' IS NOT NULL;

-- What lists go by when they do not go by sequence.
CREATE INDEX acs_users_by_time ON acs_users (created_at);

CREATE INDEX user_identities_by_time ON user_identities (created_at);

CREATE INDEX user_identities_by_email ON user_identities (email_address COLLATE NOCASE);

CREATE INDEX user_identities_by_phone ON user_identities (phone_number);

CREATE INDEX acs_credentials_by_time ON acs_credentials (created_at);

CREATE INDEX acs_credentials_by_phone_sync ON acs_credentials (is_multi_phone_sync, created_at);

CREATE INDEX card_writes_by_card ON card_writes (card_uid);

CREATE INDEX card_writes_by_attempt ON card_writes (action_attempt_id);

DROP INDEX events_by_type;

CREATE INDEX events_by_type ON events (event_type, occurred_at);

CREATE INDEX events_by_encoder ON events (acs_encoder_id, occurred_at) WHERE acs_encoder_id IS NOT NULL;

CREATE INDEX events_by_entrance ON events (acs_entrance_id, occurred_at) WHERE acs_entrance_id IS NOT NULL;

CREATE INDEX events_by_user ON events (acs_user_id, occurred_at) WHERE acs_user_id IS NOT NULL;

CREATE INDEX events_by_credential ON events (acs_credential_id, occurred_at) WHERE acs_credential_id IS NOT NULL;

CREATE INDEX events_by_access_group ON events (acs_access_group_id, occurred_at) WHERE acs_access_group_id IS NOT NULL;

-- What retention goes by: attempts that have ended and that no write on a card names.
ALTER TABLE action_attempts ADD COLUMN created_at INTEGER NOT NULL DEFAULT 0;

ALTER TABLE action_attempts ADD COLUMN has_card_writes INTEGER NOT NULL DEFAULT 0;

UPDATE action_attempts
SET created_at = attempt ->> '$.createdAt',
  has_card_writes = EXISTS (SELECT 1 FROM card_writes WHERE card_writes.action_attempt_id = action_attempts.action_attempt_id);

CREATE INDEX action_attempts_forgettable ON action_attempts (created_at) WHERE is_live = 0 AND has_card_writes = 0;

-- As credentialDisplayName in src/model/credential.ts makes it.
ALTER TABLE acs_credentials ADD COLUMN display_name TEXT GENERATED ALWAYS AS (
  CASE access_method
  WHEN 'card' THEN 'Card' || coalesce(' ' || substr(coalesce(card_number, code), 1, 3) || '***', '')
  WHEN 'mobile_key' THEN iif(is_multi_phone_sync, 'Multi Phone Sync Credential', 'Mobile Key')
  WHEN 'cloud_key' THEN 'Cloud Key'
  ELSE 'Code ' || substr(code, 1, 2) || substr('********', 1, max(0, length(code) - 2)) END) VIRTUAL;

-- What is searched: see src/store/sqlite/search-index.ts. A row that is new or has changed waits in the list beside its index until it is put in.
CREATE VIRTUAL TABLE acs_users_search USING fts5 (
  grams, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii', prefix = '1 2'
);

CREATE TABLE acs_users_unindexed (sequence INTEGER PRIMARY KEY) STRICT;

CREATE TRIGGER acs_users_made AFTER INSERT ON acs_users BEGIN
  INSERT INTO acs_users_unindexed (sequence) VALUES (new.sequence);
END;

CREATE TRIGGER acs_users_changed
AFTER UPDATE OF full_name, email_address, phone_number, user_identity_id ON acs_users
WHEN (old.full_name, old.email_address, old.phone_number, old.user_identity_id)
  IS NOT (new.full_name, new.email_address, new.phone_number, new.user_identity_id)
BEGIN
  INSERT OR IGNORE INTO acs_users_unindexed (sequence) VALUES (new.sequence);
END;

CREATE TRIGGER acs_users_gone AFTER DELETE ON acs_users BEGIN
  DELETE FROM acs_users_unindexed WHERE sequence = old.sequence;
  DELETE FROM acs_users_search WHERE rowid = old.sequence;
END;

CREATE VIRTUAL TABLE user_identities_search USING fts5 (
  grams, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii', prefix = '1 2'
);

CREATE TABLE user_identities_unindexed (sequence INTEGER PRIMARY KEY) STRICT;

CREATE TRIGGER user_identities_made AFTER INSERT ON user_identities BEGIN
  INSERT INTO user_identities_unindexed (sequence) VALUES (new.sequence);
END;

CREATE TRIGGER user_identities_changed
AFTER UPDATE OF full_name, email_address, phone_number, user_identity_key ON user_identities
WHEN (old.full_name, old.email_address, old.phone_number, old.user_identity_key)
  IS NOT (new.full_name, new.email_address, new.phone_number, new.user_identity_key)
BEGIN
  INSERT OR IGNORE INTO user_identities_unindexed (sequence) VALUES (new.sequence);
END;

-- A user is found by what its identity is called.
CREATE TRIGGER user_identities_called_otherwise AFTER UPDATE OF full_name, email_address, phone_number ON user_identities
WHEN (old.full_name, old.email_address, old.phone_number) IS NOT (new.full_name, new.email_address, new.phone_number)
BEGIN
  INSERT OR IGNORE INTO acs_users_unindexed (sequence)
  SELECT sequence FROM acs_users WHERE user_identity_id = new.user_identity_id;
END;

CREATE TRIGGER user_identities_gone AFTER DELETE ON user_identities BEGIN
  DELETE FROM user_identities_unindexed WHERE sequence = old.sequence;
  DELETE FROM user_identities_search WHERE rowid = old.sequence;
END;

CREATE VIRTUAL TABLE acs_credentials_search USING fts5 (
  grams, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii', prefix = '1 2'
);

CREATE TABLE acs_credentials_unindexed (sequence INTEGER PRIMARY KEY) STRICT;

CREATE TRIGGER acs_credentials_made AFTER INSERT ON acs_credentials BEGIN
  INSERT INTO acs_credentials_unindexed (sequence) VALUES (new.sequence);
END;

CREATE TRIGGER acs_credentials_changed
AFTER UPDATE OF access_method, code, card_number, acs_user_id, is_multi_phone_sync ON acs_credentials
WHEN (old.display_name, old.code, old.card_number, old.acs_user_id)
  IS NOT (new.display_name, new.code, new.card_number, new.acs_user_id)
BEGIN
  INSERT OR IGNORE INTO acs_credentials_unindexed (sequence) VALUES (new.sequence);
END;

CREATE TRIGGER acs_credentials_gone AFTER DELETE ON acs_credentials BEGIN
  DELETE FROM acs_credentials_unindexed WHERE sequence = old.sequence;
  DELETE FROM acs_credentials_search WHERE rowid = old.sequence;
END;

INSERT INTO acs_users_search (rowid, grams)
SELECT acs_users.sequence, search_pieces(
  acs_users.full_name, acs_users.email_address, acs_users.phone_number, acs_user_id, user_identity_id,
  person.full_name, person.email_address, person.phone_number)
FROM acs_users LEFT JOIN user_identities AS person USING (user_identity_id);

INSERT INTO user_identities_search (rowid, grams)
SELECT sequence, search_pieces(full_name, email_address, phone_number, user_identity_key, user_identity_id) FROM user_identities;

INSERT INTO acs_credentials_search (rowid, grams)
SELECT sequence, search_pieces(display_name, code, card_number, acs_credential_id, acs_user_id) FROM acs_credentials;
