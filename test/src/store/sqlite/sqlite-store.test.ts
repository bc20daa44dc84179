import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../../../src/store/sqlite/database.ts';
import { openSqliteStore } from '../../../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../../../src/store/store.ts';
import { type StorePlace, storeContract } from '../../../contracts/store/store.ts';
import { startFixture } from './hanging-process.ts';

storeContract('on SQLite', (): StorePlace => {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-store-'));
  const open: Store[] = [];
  return {
    open() {
      const store = openSqliteStore(join(folder, 'encoderd.db'));
      open.push(store);
      return store;
    },
    [Symbol.dispose]() {
      for (const store of open) store[Symbol.dispose]();
      rmSync(folder, { recursive: true });
    },
  };
});

function databasePath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'encoderd.db');
}

/** Asks a connection of its own. */
function pragma(path: string, source: string): unknown {
  const file = new SQLite(path);
  try {
    return file.pragma(source, { simple: true });
  } finally {
    file.close();
  }
}

describe('the SQLite file', () => {
  test('is on the disk before a commit returns: write-ahead log, synchronous FULL', () => {
    const path = databasePath();
    const database = openDatabase(path);
    // The setting is the connection's own, so that only this connection can say it.
    expect(database.get('PRAGMA synchronous')).toEqual({ synchronous: 2 });
    expect(database.get('PRAGMA foreign_keys')).toEqual({ foreign_keys: 1 });
    database.close();
    expect(pragma(path, 'journal_mode')).toBe('wal');
  });

  test('has what was committed, and only that, after the process was killed', async () => {
    const path = databasePath();
    const kill = await startFixture('commits-and-hangs.ts', path);
    await kill();
    using store = openSqliteStore(path);
    expect(store.origins.list()).toEqual(['https://committed.example.com']);
  });

  test('is for its owner alone, and so are its write-ahead log and its index', () => {
    const path = databasePath();
    using store = openSqliteStore(path);
    store.origins.allow('https://pms.example.com', 1);
    for (const name of [path, `${path}-wal`, `${path}-shm`]) {
      expect((statSync(name).mode & 0o777).toString(8), name).toBe('600');
    }
  });

  test('is opened again without being migrated again', () => {
    const path = databasePath();
    openSqliteStore(path)[Symbol.dispose]();
    const first = pragma(path, 'user_version');
    openSqliteStore(path)[Symbol.dispose]();
    expect(pragma(path, 'user_version')).toBe(first);
    expect(Number(first)).toBeGreaterThan(0);
  });

  test('of a newer encoderd is refused with what to do, and left as it is', () => {
    const path = databasePath();
    openSqliteStore(path)[Symbol.dispose]();
    pragma(path, 'user_version = 999');
    expect(() => openSqliteStore(path)).toThrow(
      /at version 999, this encoderd knows \d+\. Install the newer encoderd again, or restore a backup/,
    );
    expect(pragma(path, 'user_version')).toBe(999);
  });

  test('is waited for while somebody else writes, for as long as asked, and then the caller is told', () => {
    const path = databasePath();
    openSqliteStore(path)[Symbol.dispose]();
    const other = new SQLite(path);
    onTestFinished(() => {
      other.close();
    });
    for (const patienceMs of [0, 400]) {
      using store = openSqliteStore(path, { patienceMs });
      other.exec('BEGIN IMMEDIATE');
      const began = performance.now();
      expect(() => store.origins.allow('https://pms.example.com', 1)).toThrow(/SQLITE_BUSY/);
      const waitedMs = performance.now() - began;
      other.exec('ROLLBACK');
      expect(waitedMs).toBeGreaterThanOrEqual(patienceMs / 2);
      if (patienceMs === 0) expect(waitedMs).toBeLessThan(200);
    }
  });

  test('that is no database is refused', () => {
    const path = databasePath();
    writeFileSync(path, 'this is a letter to the landlord, and no database. '.repeat(100));
    expect(() => openSqliteStore(path)).toThrow(/not a database/);
  });
});
