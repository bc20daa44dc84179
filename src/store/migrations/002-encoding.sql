-- What a credential opens. The sequence is the number by which locks and cards know it.
CREATE TABLE acs_entrances (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT CHECK (sequence BETWEEN 1 AND 65535),
  acs_entrance_id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE acs_credential_entrances (
  acs_credential_id TEXT NOT NULL REFERENCES acs_credentials (acs_credential_id) ON DELETE CASCADE,
  acs_entrance_id TEXT NOT NULL REFERENCES acs_entrances (acs_entrance_id),
  PRIMARY KEY (acs_credential_id, acs_entrance_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX acs_credential_entrances_by_entrance ON acs_credential_entrances (acs_entrance_id);

ALTER TABLE acs_credentials ADD COLUMN card_format TEXT;

ALTER TABLE acs_credentials ADD COLUMN issue_counter INTEGER NOT NULL DEFAULT 0;

ALTER TABLE acs_credentials ADD COLUMN has_lost_cards INTEGER NOT NULL DEFAULT 0;

ALTER TABLE acs_credentials ADD COLUMN needs_reissue INTEGER NOT NULL DEFAULT 0;

ALTER TABLE events ADD COLUMN acs_entrance_id TEXT;

ALTER TABLE acs_encoders ADD COLUMN served_acs_credential_id TEXT;

-- What was about to be written on a card, kept before the first byte was; a row without an outcome is a card that may be half written.
CREATE TABLE card_writes (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  card_write_id TEXT NOT NULL UNIQUE,
  card_uid TEXT NOT NULL,
  card_technology TEXT NOT NULL,
  acs_encoder_id TEXT NOT NULL REFERENCES acs_encoders (acs_encoder_id),
  action_attempt_id TEXT NOT NULL REFERENCES action_attempts (action_attempt_id),
  acs_credential_id TEXT,
  image TEXT NOT NULL,
  -- Only while it may be needed: it is somebody's data.
  preimage BLOB,
  -- The write that had not ended when this one took its place.
  replaced_write_id TEXT REFERENCES card_writes (card_write_id),
  outcome TEXT,
  started_at INTEGER NOT NULL,
  ended_at INTEGER
) STRICT;

-- A card is in one place only: the file itself refuses a second write that has not ended.
CREATE UNIQUE INDEX card_writes_open ON card_writes (card_uid) WHERE outcome IS NULL;

CREATE INDEX card_writes_by_credential ON card_writes (acs_credential_id);

-- What a scan found before anything was read off cards: nothing, and it differed in nothing.
UPDATE action_attempts
SET attempt = json_set(
  attempt,
  '$.result.differences', json('[]'),
  '$.result.findings', json('{"format":null,"content":{"kind":"blank"},"keyVersion":null,"capacityBytes":0,"facts":[]}')
)
WHERE attempt ->> '$.result.kind' = 'scanned';

UPDATE changes
SET change = json_set(
  change,
  '$.attempt.result.differences', json('[]'),
  '$.attempt.result.findings', json('{"format":null,"content":{"kind":"blank"},"keyVersion":null,"capacityBytes":0,"facts":[]}')
)
WHERE change ->> '$.attempt.result.kind' = 'scanned';
