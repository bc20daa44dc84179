-- A desk may become another system, its backend's; its encoders are its own, and keep the ids that they had.
ALTER TABLE site ADD COLUMN desk_id TEXT NOT NULL DEFAULT '';

UPDATE site SET desk_id = acs_system_id;

-- What was written last on a credential's card, wherever that was: until now only the journal of this desk knew.
ALTER TABLE acs_credentials ADD COLUMN record_on_card TEXT;

UPDATE acs_credentials
SET record_on_card = (
  SELECT image -> '$.record' FROM card_writes
  WHERE card_writes.acs_credential_id = acs_credentials.acs_credential_id
    AND card_writes.card_uid = acs_credentials.card_uid
    AND outcome IN ('written', 'repaired')
  ORDER BY sequence DESC LIMIT 1
)
WHERE card_format IS NOT NULL;

-- Since when a desk has a write of it that did not end.
ALTER TABLE acs_credentials ADD COLUMN unfinished_write_at INTEGER;

UPDATE acs_credentials
SET unfinished_write_at = (
  SELECT min(started_at) FROM card_writes
  WHERE card_writes.acs_credential_id = acs_credentials.acs_credential_id AND outcome IS NULL
)
WHERE acs_credential_id IN (SELECT acs_credential_id FROM card_writes WHERE outcome IS NULL);

UPDATE action_attempts
SET attempt = json_set(attempt, '$.result.credential.recordOnCard', NULL, '$.result.credential.unfinishedWriteAt', NULL)
WHERE attempt ->> '$.result.credential.id' IS NOT NULL;

UPDATE changes
SET change = json_set(change, '$.attempt.result.credential.recordOnCard', NULL, '$.attempt.result.credential.unfinishedWriteAt', NULL)
WHERE change ->> '$.attempt.result.credential.id' IS NOT NULL;

-- Nobody delivered what lay in it: a desk that gets a backend tells it everything that the backend does not have.
DROP TABLE outbox;

CREATE TABLE outbox (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  message_id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  -- What changed, JSON.
  change TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'waiting',
  attempts INTEGER NOT NULL DEFAULT 0,
  is_forced INTEGER NOT NULL DEFAULT 0,
  -- JSON.
  refusal TEXT,
  created_at INTEGER NOT NULL,
  settled_at INTEGER
) STRICT;

CREATE INDEX outbox_in_order ON outbox (state, sequence);

CREATE INDEX outbox_by_resource ON outbox (kind, resource_id, sequence);

CREATE INDEX outbox_begun ON outbox (kind) WHERE state = 'waiting' AND attempts > 0;

CREATE INDEX outbox_by_end ON outbox (settled_at) WHERE state IN ('delivered', 'dropped');

-- The backend of this desk; no row: the desk is its own.
CREATE TABLE backend (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  -- JSON: src/store/sync-tables.ts, BackendLink.
  link TEXT NOT NULL
) STRICT;

-- What the backend has, and under which id.
CREATE TABLE backend_resources (
  kind TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  backend_id TEXT NOT NULL,
  -- The last walk through everything in which it was met.
  walk INTEGER NOT NULL,
  -- When both sides were known to have the same last; NULL: never yet.
  synced_at INTEGER,
  PRIMARY KEY (kind, resource_id),
  UNIQUE (kind, backend_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX backend_resources_by_walk ON backend_resources (kind, walk);

-- What is to be asked for again.
CREATE TABLE held_items (
  kind TEXT NOT NULL,
  backend_id TEXT NOT NULL,
  -- What it waits for, for a person to read.
  reason TEXT NOT NULL,
  -- Whether the backend has it, and this desk cannot have it yet; else it is only to be read again.
  cannot_be_here INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (kind, backend_id)
) STRICT, WITHOUT ROWID;

-- Desks that have this site for their backend.
CREATE TABLE paired_desks (
  desk_id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  api_key_id TEXT NOT NULL REFERENCES api_keys (api_key_id),
  created_at INTEGER NOT NULL,
  last_seen_at INTEGER,
  -- The greatest sequence of its messages that was taken.
  high_water_mark INTEGER NOT NULL DEFAULT 0,
  -- How far its clock was ahead of this one's when it was seen last, milliseconds.
  skew_ms INTEGER
) STRICT;

CREATE UNIQUE INDEX paired_desks_by_key ON paired_desks (api_key_id);

-- What was said to each of their messages, so that one that comes again is answered as before.
CREATE TABLE desk_messages (
  message_id TEXT PRIMARY KEY,
  desk_id TEXT NOT NULL REFERENCES paired_desks (desk_id) ON DELETE CASCADE,
  -- JSON.
  verdict TEXT NOT NULL,
  received_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX desk_messages_by_time ON desk_messages (received_at);

CREATE INDEX desk_messages_by_desk ON desk_messages (desk_id);

-- What changed here that desks should hear of: of each thing its last change only.
CREATE TABLE feed (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  is_gone INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (kind, resource_id)
) STRICT;

CREATE INDEX feed_gone ON feed (created_at) WHERE is_gone = 1;

-- The greatest sequence of what the feed has forgotten; no row: nothing was.
CREATE TABLE feed_forgotten (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  sequence INTEGER NOT NULL
) STRICT;

-- Each start of the daemon begins one: whoever asks for what came after a place in an epoch that is not this file's own has seen another history.
CREATE TABLE feed_epochs (
  -- In which order they began.
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  epoch TEXT NOT NULL UNIQUE,
  -- The sequence after which it began.
  began_after INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

-- Desks that ask to be paired, until a person types their code.
CREATE TABLE pairing_requests (
  pairing_request_id TEXT PRIMARY KEY,
  desk_name TEXT NOT NULL,
  -- SHA-256 of the code, and of the secret by which the desk fetches its key.
  code_hash BLOB NOT NULL,
  secret_hash BLOB NOT NULL,
  expires_at INTEGER NOT NULL,
  -- The desk that it became; null: nobody has typed the code yet.
  desk_id TEXT REFERENCES paired_desks (desk_id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX pairing_requests_by_desk ON pairing_requests (desk_id);
