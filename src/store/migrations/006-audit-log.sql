-- Who did what: src/model/audit-entry.ts. Each entry holds the hash of the one before.
CREATE TABLE audit_log (
  sequence INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  -- Canonical JSON, of which the hash was made.
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  previous_hash TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;

-- The last entry that was forgotten, so that the first one that is kept can still be checked; no row: none was.
CREATE TABLE audit_log_forgotten (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  sequence INTEGER NOT NULL,
  hash TEXT NOT NULL
) STRICT;

-- Against mistakes of the daemon itself: whoever can write this file can drop them.
CREATE TRIGGER audit_log_is_never_changed BEFORE UPDATE ON audit_log
BEGIN
  SELECT raise(ABORT, 'an entry of the audit log is never changed');
END;

CREATE TRIGGER audit_log_is_forgotten_in_order BEFORE DELETE ON audit_log
WHEN old.sequence > coalesce((SELECT sequence FROM audit_log_forgotten), 0)
BEGIN
  SELECT raise(ABORT, 'the audit log forgets its oldest entries only, and notes that first');
END;

-- 32 random bytes: card uids stand in the log as HMAC-SHA-256 under it, and so does what the configuration was at the last start.
CREATE TABLE audit_secret (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  secret BLOB NOT NULL
) STRICT;

-- What the configuration was at the last start: a hash for each of its parts, and no value.
CREATE TABLE audit_configuration (
  name TEXT PRIMARY KEY,
  hash TEXT NOT NULL
) STRICT, WITHOUT ROWID;
