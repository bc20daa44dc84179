import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Database, openDatabase, type Value } from '../../../../src/store/sqlite/database.ts';
import { sqliteStore } from '../../../../src/store/sqlite/sqlite-store.ts';
import { type StorePlace, storeContract } from '../../../contracts/store/store.ts';
import { breachesOf } from './query-plans.ts';

/** The database, where a statement with a plan that is slow on large tables is a mistake. */
function explained(database: Database): Database {
  const seen = new Set<string>();
  const explain = (sql: string, values: readonly Value[]) => {
    if (seen.has(sql) || sql.startsWith('PRAGMA')) return;
    seen.add(sql);
    const plan = database.all<{ readonly detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...values);
    const breaches = breachesOf(
      sql,
      plan.map(({ detail }) => detail),
    );
    if (breaches.length > 0) throw new Error(`${breaches.join('\n')}\nin ${sql}`);
  };
  return {
    ...database,
    all: (sql, ...values) => {
      explain(sql, values);
      return database.all(sql, ...values);
    },
    get: (sql, ...values) => {
      explain(sql, values);
      return database.get(sql, ...values);
    },
    run: (sql, ...values) => {
      explain(sql, values);
      return database.run(sql, ...values);
    },
  };
}

storeContract('on SQLite, where every statement goes by an index', (): StorePlace => {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-plans-'));
  const open: Disposable[] = [];
  return {
    open() {
      const store = sqliteStore(explained(openDatabase(join(folder, 'encoderd.db'))));
      open.push(store);
      return store;
    },
    [Symbol.dispose]() {
      for (const store of open) store[Symbol.dispose]();
      rmSync(folder, { recursive: true });
    },
  };
});

describe('a plan', () => {
  test.each([
    ['SELECT * FROM acs_users WHERE full_name = ?', 'SCAN acs_users'],
    ['SELECT count(*) FROM events', 'SCAN events USING COVERING INDEX events_by_time'],
    ['SELECT * FROM acs_users AS holder', 'SCAN holder'],
    [
      "SELECT * FROM acs_users WHERE acs_users.sequence > CAST(? AS INTEGER) AND full_name = 'x' ORDER BY acs_users.sequence LIMIT ? OFFSET ?",
      'SEARCH acs_users USING INTEGER PRIMARY KEY (rowid>?)',
    ],
    ['SELECT * FROM events WHERE acs_user_id = ? ORDER BY event_id', 'USE TEMP B-TREE FOR ORDER BY'],
  ])('of %s is refused', (sql, detail) => {
    expect(breachesOf(sql, [detail])).toHaveLength(1);
  });
});

test('whatever points to a row has an index, so that a removal looks at no other row', () => {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-plans-'));
  const database = openDatabase(join(folder, 'encoderd.db'));
  try {
    const pointers = database.all<{ readonly child: string; readonly column: string }>(
      `SELECT tables.name AS child, keys."from" AS "column" FROM sqlite_schema AS tables, pragma_foreign_key_list(tables.name) AS keys
       WHERE tables.type = 'table'`,
    );
    const leading = database.all<{ readonly child: string; readonly column: string }>(
      `SELECT tables.name AS child, columns.name AS "column"
       FROM sqlite_schema AS tables, pragma_index_list(tables.name) AS indexes, pragma_index_info(indexes.name) AS columns
       WHERE tables.type = 'table' AND columns.seqno = 0`,
    );
    const served = new Set(leading.map(({ child, column }) => `${child}.${column}`));
    expect(pointers.length).toBeGreaterThan(5);
    expect(
      pointers.map(({ child, column }) => `${child}.${column}`).filter((name) => !served.has(name)),
    ).toEqual([
      // Nobody removes encoders, keys or writes on cards.
      'card_writes.replaced_write_id',
      'card_writes.acs_encoder_id',
      'client_sessions.api_key_id',
    ]);
  } finally {
    database.close();
    rmSync(folder, { recursive: true });
  }
});
