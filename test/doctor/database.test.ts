import { closeSync, copyFileSync, existsSync, openSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { database } from '../../src/doctor/checks/database.ts';
import { version } from '../../src/doctor/checks/version.ts';
import { createApiKey } from '../../src/site/api-keys.ts';
import { takeCopy } from '../../src/store/sqlite/copies.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { cure, evidenceOf, look, openFolder, shown } from './doctor-bed.ts';

const PAGE_BYTES = 4096;

/** A state folder with a database that has something in it. */
function newState(): string {
  const stateDir = openFolder();
  using store = openSqliteStore(join(stateDir, 'encoderd.db'));
  for (let key = 0; key < 50; key += 1)
    createApiKey(store, { name: `key ${key}`, scopes: ['read'] }, Date.now());
  return stateDir;
}

/** What a dying disk does: pages in the middle hold something else. */
function spoil(path: string): void {
  const pages = Math.floor(statSync(path).size / PAGE_BYTES);
  const file = openSync(path, 'r+');
  for (let page = 4; page < pages; page += 2)
    writeSync(file, Buffer.alloc(PAGE_BYTES, 0xa5), 0, PAGE_BYTES, page * PAGE_BYTES);
  closeSync(file);
}

describe('a database', () => {
  test('is sound as the daemon makes it', async () => {
    expect(shown(await look(database, { stateDir: newState() }))).toEqual(['ok database-sound']);
  });
  test('is damaged when a disk spoils its pages; without a copy nothing can be mended', async () => {
    const stateDir = newState();
    spoil(join(stateDir, 'encoderd.db'));
    const findings = await look(database, { stateDir });
    expect(shown(findings)).toEqual(['error database-damaged']);
    expect(findings[0]?.isFixable).toBe(false);
    expect(evidenceOf(findings, 'database-damaged')).toContain('there is no copy in');
  });
  test('is damaged when it is no database at all', async () => {
    const stateDir = newState();
    copyFileSync('/bin/sh', join(stateDir, 'encoderd.db'));
    expect(shown(await look(database, { stateDir }))).toEqual(['error database-damaged']);
  });
  test('comes back from the last good copy by --fix', async () => {
    const stateDir = newState();
    const copy = await takeCopy(stateDir, Date.now(), AbortSignal.timeout(10_000));
    spoil(join(stateDir, 'encoderd.db'));
    const findings = await look(database, { stateDir });
    expect(evidenceOf(findings, 'database-damaged')).toContain(copy.path);
    expect(findings[0]?.isFixable).toBe(true);
    const { treatments, findings: after } = await cure(database, { stateDir });
    expect(treatments).toMatchObject([{ failure: null }]);
    expect(shown(after)).toEqual(['ok database-sound']);
    using store = openSqliteStore(join(stateDir, 'encoderd.db'));
    expect(store.apiKeys.withName('key 49')).not.toBeNull();
  });
  test('is left as it is by a look: nothing is made beside it', async () => {
    const stateDir = newState();
    const path = join(stateDir, 'encoderd.db');
    const before = statSync(path).mtimeMs;
    await look(database, { stateDir });
    await look(version, { stateDir });
    expect(statSync(path).mtimeMs).toBe(before);
    expect(existsSync(join(stateDir, 'daemon.json'))).toBe(false);
  });
});
