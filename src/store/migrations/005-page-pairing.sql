-- A client session may be that of a page which a person paired, and then no API key made it. SQLite cannot take NOT NULL
-- from a column, so the table is made anew, in the order of https://sqlite.org/lang_altertable.html#otheralter.
CREATE TABLE client_sessions_with_pages (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  client_session_id TEXT NOT NULL UNIQUE,
  -- NULL: it is that of a paired page.
  api_key_id TEXT REFERENCES api_keys (api_key_id),
  user_identifier_key TEXT,
  -- A JSON list of ids.
  user_identity_ids TEXT NOT NULL,
  scopes TEXT NOT NULL,
  allowed_origin TEXT,
  expires_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER,
  -- Of a paired page: what it calls itself, its public key (SPKI, DER), the desk's private key for this session alone
  -- (PKCS8, DER), and when it last came, within an hour.
  page_name TEXT,
  page_key BLOB,
  desk_key BLOB,
  last_used_at INTEGER,
  CHECK ((api_key_id IS NULL) = (page_key IS NOT NULL)),
  CHECK ((page_key IS NULL) = (desk_key IS NULL) AND (page_key IS NULL) = (last_used_at IS NULL)),
  CHECK (page_key IS NULL OR allowed_origin IS NOT NULL)
) STRICT;

INSERT INTO client_sessions_with_pages (sequence, client_session_id, api_key_id, user_identifier_key, user_identity_ids,
  scopes, allowed_origin, expires_at, created_at, revoked_at)
SELECT sequence, client_session_id, api_key_id, user_identifier_key, user_identity_ids,
  scopes, allowed_origin, expires_at, created_at, revoked_at
FROM client_sessions;

-- The next sequence stays what it was, also where the newest sessions are gone.
DELETE FROM sqlite_sequence WHERE name = 'client_sessions_with_pages';

INSERT INTO sqlite_sequence (name, seq)
SELECT 'client_sessions_with_pages', seq FROM sqlite_sequence WHERE name = 'client_sessions';

DROP TABLE client_sessions;

ALTER TABLE client_sessions_with_pages RENAME TO client_sessions;

CREATE INDEX client_sessions_by_identifier ON client_sessions (user_identifier_key);

CREATE INDEX client_sessions_by_end ON client_sessions (coalesce(revoked_at, expires_at));

CREATE INDEX client_sessions_of_pages ON client_sessions (allowed_origin) WHERE page_key IS NOT NULL;

-- Web pages that ask to be paired, until a person has typed the code into the page. A page has one such request at a time.
CREATE TABLE page_pairings (
  page_pairing_id TEXT PRIMARY KEY,
  origin TEXT NOT NULL UNIQUE,
  name TEXT,
  -- A JSON list.
  scopes TEXT NOT NULL,
  page_key BLOB NOT NULL,
  code TEXT NOT NULL,
  -- Whether anybody was shown the code: nobody can know it before.
  is_shown INTEGER NOT NULL DEFAULT 0,
  tries_left INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
