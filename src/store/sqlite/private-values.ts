import SQLite from 'better-sqlite3';

/** What kind of thing a value is that nobody outside should see. */
export type PrivateKind = 'secret' | 'name' | 'address' | 'phone' | 'uid' | 'card-number' | 'host';

export interface PrivateValue {
  readonly kind: PrivateKind;
  readonly value: string;
}

/** Where they stand, newest rows first. */
const PLACES: readonly (readonly [PrivateKind, sql: string])[] = [
  ['name', 'SELECT full_name FROM acs_users'],
  ['name', 'SELECT full_name FROM user_identities'],
  ['name', 'SELECT user_identity_key FROM user_identities'],
  ['name', 'SELECT user_identifier_key FROM client_sessions'],
  ['address', 'SELECT email_address FROM acs_users'],
  ['address', 'SELECT email_address FROM user_identities'],
  ['phone', 'SELECT phone_number FROM acs_users'],
  ['phone', 'SELECT phone_number FROM user_identities'],
  ['uid', 'SELECT card_uid FROM acs_credentials'],
  ['uid', 'SELECT card_uid FROM card_writes'],
  ['card-number', 'SELECT card_number FROM acs_credentials'],
  ['card-number', 'SELECT code FROM acs_credentials'],
  ['secret', 'SELECT secret FROM webhooks'],
  ['secret', "SELECT link ->> '$.apiKey' FROM backend"],
  ['secret', 'SELECT code FROM page_pairings'],
  ['host', 'SELECT url FROM webhooks'],
  ['host', 'SELECT origin FROM allowed_origins'],
  ['host', 'SELECT DISTINCT allowed_origin FROM client_sessions'],
  ['host', "SELECT link ->> '$.endpoint' FROM backend"],
];

/**
 * What a database holds that must not leave the desk, so that it can be found wherever else it stands. Reads only; of what is damaged
 * or older, what can be read.
 */
export function privateValuesIn(path: string): readonly PrivateValue[] {
  return reading(path, (file) =>
    PLACES.flatMap(([kind, sql]) =>
      orNothing(() => file.prepare<[], unknown>(sql).pluck().all()).flatMap((value) =>
        typeof value === 'string' && value !== '' ? [{ kind, value }] : [],
      ),
    ),
  );
}

/** How many rows each table has, by its name; none of what is in them. */
export function tableSizes(path: string): Readonly<Record<string, number>> {
  const sizes = reading(path, (file) =>
    file
      .prepare<[], string>(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name",
      )
      .pluck()
      .all()
      .flatMap((name) =>
        orNothing(() => [
          [name, Number(file.prepare(`SELECT count(*) FROM "${name}"`).pluck().get())] as const,
        ]),
      ),
  );
  return Object.fromEntries(sizes);
}

function reading<T>(path: string, work: (file: SQLite.Database) => readonly T[]): readonly T[] {
  return orNothing(() => {
    const file = new SQLite(path, { readonly: true, fileMustExist: true });
    try {
      return work(file);
    } finally {
      file.close();
    }
  });
}

function orNothing<T>(work: () => readonly T[]): readonly T[] {
  try {
    return work();
  } catch (error) {
    if (error instanceof SQLite.SqliteError) return [];
    throw error;
  }
}
