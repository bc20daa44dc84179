CREATE TABLE site (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  workspace_id TEXT NOT NULL,
  acs_system_id TEXT NOT NULL,
  connected_account_id TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE acs_encoders (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  acs_encoder_id TEXT NOT NULL UNIQUE,
  driver TEXT NOT NULL,
  device_id TEXT NOT NULL,
  name TEXT NOT NULL,
  technologies TEXT NOT NULL,
  is_virtual INTEGER NOT NULL,
  is_online INTEGER NOT NULL,
  served_card_uid TEXT,
  served_acs_user_id TEXT,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE user_identities (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  user_identity_id TEXT NOT NULL UNIQUE,
  user_identity_key TEXT UNIQUE,
  full_name TEXT,
  email_address TEXT,
  phone_number TEXT,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE acs_users (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  acs_user_id TEXT NOT NULL UNIQUE,
  full_name TEXT NOT NULL,
  email_address TEXT,
  phone_number TEXT,
  access_starts_at INTEGER,
  access_ends_at INTEGER,
  user_identity_id TEXT UNIQUE REFERENCES user_identities (user_identity_id),
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE acs_credentials (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  acs_credential_id TEXT NOT NULL UNIQUE,
  access_method TEXT NOT NULL,
  acs_user_id TEXT REFERENCES acs_users (acs_user_id),
  code TEXT UNIQUE,
  card_number TEXT UNIQUE,
  card_uid TEXT,
  card_technology TEXT,
  starts_at INTEGER,
  ends_at INTEGER,
  is_issued INTEGER NOT NULL,
  issued_at INTEGER,
  created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX acs_credentials_by_user ON acs_credentials (acs_user_id);

CREATE INDEX acs_credentials_by_card ON acs_credentials (card_uid);

CREATE TABLE action_attempts (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  action_attempt_id TEXT NOT NULL UNIQUE,
  acs_encoder_id TEXT NOT NULL REFERENCES acs_encoders (acs_encoder_id),
  is_live INTEGER NOT NULL,
  attempt TEXT NOT NULL
) STRICT;

-- One attempt per encoder is live: the file itself refuses a second one.
CREATE UNIQUE INDEX action_attempts_live ON action_attempts (acs_encoder_id) WHERE is_live = 1;

CREATE TABLE events (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  event_id TEXT NOT NULL UNIQUE,
  event_type TEXT NOT NULL,
  occurred_at INTEGER NOT NULL,
  acs_encoder_id TEXT,
  acs_user_id TEXT,
  acs_credential_id TEXT
) STRICT;

CREATE INDEX events_by_time ON events (occurred_at);

CREATE INDEX events_by_type ON events (event_type, sequence);

CREATE TABLE changes (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  change TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE outbox (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  message_id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  body TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE api_keys (
  api_key_id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  hash BLOB NOT NULL UNIQUE,
  scopes TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT;

-- A name may be given again once its key is revoked.
CREATE UNIQUE INDEX api_keys_by_name ON api_keys (name) WHERE revoked_at IS NULL;

CREATE TABLE allowed_origins (
  origin TEXT PRIMARY KEY,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE kept_answers (
  client_id TEXT NOT NULL,
  idempotency_key TEXT NOT NULL,
  request_hash BLOB NOT NULL,
  status INTEGER NOT NULL,
  body TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (client_id, idempotency_key)
) STRICT;

CREATE INDEX kept_answers_by_time ON kept_answers (created_at);
