import { join } from 'node:path';
import { type Database, openDatabase } from '../../src/store/sqlite/database.ts';
import { sqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';

/** The access group that everybody is in, and what it opens. */
export const GUESTS = '11111111-1111-4111-8111-111111111111';
const GATE = '22222222-2222-4222-8222-222222222222';

/** A made-up id, as randomUUID's. */
const UUID = `lower(printf('%s-%s-4%s-8%s-%s', hex(randomblob(4)), hex(randomblob(2)), substr(hex(randomblob(2)), 2), substr(hex(randomblob(2)), 2), hex(randomblob(6))))`;

const NUMBERS = 'WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)';

const FIRST_NAMES = ['Ada', 'Grace', 'Edith', 'Jürgen', 'Anna', 'Otto', 'Zoë', 'Bruno', 'Karl', 'Lena'];
const LAST_NAMES = [
  'Lovelace',
  'Hopper',
  'Clarke',
  'Müller',
  'Schmidt',
  'Nowak',
  'Garcia',
  'Rossi',
  'Jansen',
  'Kowalski',
];

const INDEXES = ['acs_users_search', 'user_identities_search', 'acs_credentials_search'];

const FTS5_HASH_SIZE = 1024 * 1024;

const CACHE_KIB = 1024 * 1024;

/** What better-sqlite3 gives every connection. */
const DAEMON_CACHE_KIB = 16_000;

/** The last guest came just now, and another one every second before: nothing is old enough to be forgotten. */
const LAST_GUEST_AT = Date.now();
const GUEST_EVERY_MS = 1000;

/** When the guest with this number of `count` came, milliseconds since 1970; the first one has the number 1. */
export function cameAt(number: number, count: number): number {
  return LAST_GUEST_AT - GUEST_EVERY_MS * (count - number);
}

/** Statements that make so many rows of each large table; the parameter is how many. */
const TABLES: readonly string[] = [
  `${NUMBERS} INSERT INTO user_identities (user_identity_id, user_identity_key, full_name, email_address, phone_number, created_at)
   SELECT ${UUID}, 'guest-' || n, ${pick(FIRST_NAMES, 'n')} || ' ' || ${pick(LAST_NAMES, 'n / 10')}, 'guest' || n || '@example.com', '+49' || (1700000000 + n), ${at('n')} FROM numbers`,
  `${NUMBERS} INSERT INTO acs_users (acs_user_id, full_name, email_address, phone_number, user_identity_id, created_at)
   SELECT ${UUID}, full_name || ' ' || n, email_address, phone_number, user_identity_id, created_at
   FROM numbers CROSS JOIN user_identities ON user_identities.sequence = n`,
  `${NUMBERS} INSERT INTO acs_credentials (acs_credential_id, access_method, acs_user_id, card_number, card_uid, card_technology, starts_at, is_issued, issued_at, created_at)
   SELECT ${UUID}, 'card', acs_user_id, 1303689068602870 + n, printf('04%012X', n), 'ntag215', created_at, 1, created_at, created_at
   FROM numbers CROSS JOIN acs_users ON acs_users.sequence = n`,
  `${NUMBERS} INSERT INTO acs_access_group_users (acs_access_group_id, acs_user_id, user_sequence)
   SELECT '${GUESTS}', acs_user_id, sequence FROM numbers CROSS JOIN acs_users ON acs_users.sequence = n`,
  `${NUMBERS} INSERT INTO events (event_id, event_type, occurred_at, acs_user_id, acs_credential_id)
   SELECT ${UUID}, CASE n % 10 WHEN 0 THEN 'acs_credential.issued' WHEN 1 THEN 'acs_user.deleted' ELSE 'acs_user.created' END,
     acs_credentials.created_at, acs_user_id, iif(n % 10 = 0, acs_credential_id, NULL)
   FROM numbers CROSS JOIN acs_credentials ON acs_credentials.sequence = n`,
  `${NUMBERS}, made (id, at) AS MATERIALIZED (SELECT ${UUID}, ${at('n')} FROM numbers)
   INSERT INTO action_attempts (action_attempt_id, acs_encoder_id, is_live, created_at, attempt)
   SELECT id, 'desk', 0, at, json_object('id', id, 'encoderId', 'desk', 'client', json_object('id', 'client', 'name', 'Reception'),
     'order', json_object('action', 'SCAN_TO_ASSIGN_CREDENTIAL', 'beneficiary', json_object('kind', 'acs_user', 'acsUserId', 'ada'), 'mayEnrol', json('true')),
     'createdAt', at, 'expiresAt', at + 60000, 'phase', 'failed', 'reason', 'cancelled', 'detail', NULL)
   FROM made`,
];

function pick(names: readonly string[], number: string): string {
  return `CASE (${number}) % ${names.length} ${names.map((name, at) => `WHEN ${at} THEN '${name}'`).join(' ')} END`;
}

/** When a guest came, in SQL. */
function at(number: string): string {
  return `${LAST_GUEST_AT} - ${GUEST_EVERY_MS} * ((SELECT max(n) FROM numbers) - ${number})`;
}

/**
 * A desk's store in this state folder with `count` identities, users, credentials, attempts and events, and as many members of one
 * access group that opens the one entrance.
 */
export function openCrowdedStore(stateDir: string, count: number): Store {
  const database = openDatabase(join(stateDir, 'encoderd.db'));
  // Ids come in no order: as much of their indexes as may be stays in memory while they are made, and many words.
  database.run(`PRAGMA cache_size = ${-CACHE_KIB}`);
  for (const index of INDEXES) setHashSize(database, index, 16 * FTS5_HASH_SIZE);
  database.transaction(() => fill(database, count));
  const store = sqliteStore(database);
  // Whoever comes next puts everybody in the index.
  store.transaction(() => {
    const one = { fullName: 'Last Guest', emailAddress: null, phoneNumber: null, createdAt: LAST_GUEST_AT };
    store.userIdentities.insert({ ...one, id: '33333333-3333-4333-8333-333333333333', key: null });
    store.users.insert({
      ...one,
      id: '44444444-4444-4444-8444-444444444444',
      accessSchedule: null,
      userIdentityId: null,
      isSuspended: false,
      hidAcsSystemId: null,
    });
    const credential = store.credentials.list({}, { after: 0, limit: 1 }).rows[0];
    if (credential !== undefined)
      store.credentials.insert({
        ...credential,
        id: '55555555-5555-4555-8555-555555555555',
        acsUserId: '44444444-4444-4444-8444-444444444444',
        cardNumber: '42',
        cardUid: null,
      });
  });
  for (const index of INDEXES) setHashSize(database, index, FTS5_HASH_SIZE);
  database.run(`PRAGMA cache_size = ${-DAEMON_CACHE_KIB}`);
  return store;
}

/** Bytes of words that an index keeps in memory before it writes them (https://sqlite.org/fts5.html#the_hashsize_configuration_option). */
function setHashSize(database: Database, index: string, bytes: number): void {
  database.run(`INSERT INTO ${index} (${index}, rank) VALUES ('hashsize', ${bytes})`);
}

function fill(database: Database, count: number): void {
  database.run(
    `INSERT INTO acs_encoders (acs_encoder_id, driver, device_id, name, technologies, is_virtual, is_online, created_at)
     VALUES ('desk', 'virtual', 'desk', 'Desk', '[]', 1, 0, 1)`,
  );
  database.run(`INSERT INTO acs_entrances (acs_entrance_id, name, created_at) VALUES ('${GATE}', 'Gate', 1)`);
  database.run(
    `INSERT INTO acs_access_groups (acs_access_group_id, name, created_at) VALUES ('${GUESTS}', 'Guests', 1)`,
  );
  database.run(
    `INSERT INTO acs_access_group_entrances (acs_access_group_id, acs_entrance_id) VALUES ('${GUESTS}', '${GATE}')`,
  );
  for (const sql of TABLES) database.run(sql, count);
}
