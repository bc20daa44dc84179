import { describe, expect, test } from 'vitest';
import { createLog } from '../../../src/log.ts';
import { AccessAudit } from '../../../src/site/access-audit.ts';
import { createApiKey } from '../../../src/site/api-keys.ts';
import { actorOf, audit, cardHash, DAEMON } from '../../../src/site/audit-log.ts';
import { auditRun } from '../../../src/site/daemon-runs.ts';
import { StorageError } from '../../../src/store/errors.ts';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import { entriesOf, told, verdictOf } from './audit-bed.ts';
import { openTestSite, temporaryFolder } from './site-bed.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const quiet = createLog('silent');

const keyOf = (site: ReturnType<typeof openTestSite>, name: string) =>
  createApiKey(site.store, { name, scopes: ['read'] }, site.clock.now()).key;

describe('an entry', () => {
  test('is committed with what it tells, or not at all', () => {
    const site = openTestSite();
    audit(site, DAEMON, 'first', {});
    expect(() =>
      site.store.transaction(() => {
        audit(site, DAEMON, 'undone', {});
        throw new Error('no');
      }),
    ).toThrow('no');
    audit(site, DAEMON, 'second', {});
    expect(told(site.store).map(([action]) => action)).toEqual(['first', 'second']);
    expect(verdictOf(site)).toMatchObject({ isWhole: true, count: 2 });
  });

  test('that would hold a text which a person wrote, or a token, is a bug, and nothing is written', () => {
    const site = openTestSite();
    for (const value of ['Ada Lovelace', 'seam_local_x', ['ok', 'not ok']]) {
      expect(() => audit(site, DAEMON, 'told', { value })).toThrow('"value" of told may not stand');
    }
    expect(entriesOf(site.store)).toEqual([]);
  });

  test('follows that of another process that has the same file open', () => {
    const folder = temporaryFolder();
    const site = openTestSite({}, folder);
    using store = openSqliteStore(`${folder}/encoderd.db`);
    for (let turn = 0; turn < 5; turn += 1) {
      audit(site, DAEMON, 'here', {});
      audit({ store, clock: site.clock }, DAEMON, 'there', {});
    }
    expect(verdictOf(site)).toMatchObject({ isWhole: true, count: 10 });
  });
});

describe('who did it', () => {
  test('is a key by its name; a session by the name of its key, never by what an app calls its user; a paired page by its origin', () => {
    const site = openTestSite();
    const key = keyOf(site, 'pms');
    const session = {
      ...{ id: 'session', apiKeyId: key.id, userIdentifierKey: 'ada@example.com', userIdentityIds: [] },
      ...{ scopes: ['read'] as const, expiresAt: site.clock.now() + HOUR, createdAt: 0, revokedAt: null },
    };
    site.store.clientSessions.insert({ ...session, allowedOrigin: null, page: null });
    expect(actorOf(site.store, key.id)).toEqual({ kind: 'api_key', id: key.id, name: 'pms' });
    expect(actorOf(site.store, 'session')).toEqual({ kind: 'client_session', id: 'session', name: 'pms' });
    const page = {
      ...{ ...session, id: 'page', apiKeyId: null, userIdentifierKey: null },
      allowedOrigin: 'https://pms.example.com',
      page: { name: 'Canary page', publicKey: Buffer.alloc(91), lastUsedAt: 0 },
    };
    site.store.clientSessions.insert(page, Buffer.alloc(138));
    expect(actorOf(site.store, 'page')).toEqual({
      kind: 'client_session',
      id: 'page',
      name: 'https://pms.example.com',
    });
    expect(actorOf(site.store, 'gone')).toEqual({ kind: 'client_session', id: 'gone', name: '' });
  });
});

describe('a card', () => {
  test('stands in the log by a hash that another site does not have for it', () => {
    const folder = temporaryFolder();
    const [site, other] = [openTestSite({}, folder), openTestSite()];
    const hash = cardHash(site.store, '04A1B2C3D4E5F6');
    expect(hash).toMatch(/^[\da-f]{32}$/);
    expect(cardHash(site.store, '04a1b2c3d4e5f6')).toBe(hash);
    expect(cardHash(site.store, '04A1B2C3D4E5F7')).not.toBe(hash);
    expect(cardHash(other.store, '04A1B2C3D4E5F6')).not.toBe(hash);
    using again = openSqliteStore(`${folder}/encoderd.db`);
    expect(cardHash(again, '04A1B2C3D4E5F6')).toBe(hash);
  });
});

test('the secret of a store is not kept in memory when the transaction that drew it was undone', () => {
  const site = openTestSite();
  const undone: string[] = [];
  expect(() =>
    site.store.transaction(() => {
      undone.push(cardHash(site.store, '04'));
      throw new Error('no');
    }),
  ).toThrow('no');
  const hash = cardHash(site.store, '04');
  expect(undone).not.toEqual([hash]);
  expect(cardHash(site.store, '04')).toBe(hash);
});

describe('the use of keys', () => {
  test('is noted once an hour for each', () => {
    const site = openTestSite();
    const [pms, kiosk] = [keyOf(site, 'pms'), keyOf(site, 'kiosk')];
    using access = new AccessAudit(site);
    for (const key of [pms, kiosk, pms, pms]) access.used(key);
    expect(entriesOf(site.store)).toHaveLength(2);
    site.clock.advance(HOUR);
    for (const key of [pms, pms]) access.used(key);
    expect(entriesOf(site.store).map(({ actor, action }) => [JSON.parse(actor).name, action])).toEqual([
      ['pms', 'api_key_used'],
      ['kiosk', 'api_key_used'],
      ['pms', 'api_key_used'],
    ]);
  });

  test('that is refused is counted: an entry a minute, and the rest at the end', () => {
    const site = openTestSite();
    const access = new AccessAudit(site);
    for (let wrong = 0; wrong < 5; wrong += 1) access.refused();
    expect(told(site.store)).toEqual([['tokens_refused', { count: 1 }]]);
    site.clock.advance(MINUTE);
    access.refused();
    access.refused();
    expect(told(site.store).at(-1)).toEqual(['tokens_refused', { count: 5 }]);
    access[Symbol.dispose]();
    expect(told(site.store).at(-1)).toEqual(['tokens_refused', { count: 1 }]);
    expect(entriesOf(site.store)).toHaveLength(3);
  });

  test('is noted later where the disk does not serve, and nobody is refused for that', () => {
    let isFull = false;
    const site = openTestSite({}, temporaryFolder(), (store) => ({
      ...store,
      transaction: (work) => {
        if (isFull) throw new StorageError('disk full');
        return store.transaction(work);
      },
    }));
    const key = { id: 'key' };
    using access = new AccessAudit(site);
    isFull = true;
    access.used(key);
    access.refused();
    expect(entriesOf(site.store)).toEqual([]);
    isFull = false;
    access.used(key);
    expect(told(site.store).map(([action]) => action)).toEqual(['tokens_refused', 'client_session_used']);
  });
});

describe('a run of the daemon', () => {
  test('is noted with its version, and with the names of what was configured otherwise, never the values', () => {
    const site = openTestSite();
    const run = (configuration: Readonly<Record<string, unknown>>) => {
      using _run = auditRun(site, { version: '1.2.3', configuration }, quiet);
    };
    run({ port: 3375, site: { name: 'Grand Hotel' }, drivers: undefined });
    run({ port: 3375, site: { name: 'Grand Hotel' } });
    run({ port: 3376, site: { name: 'Grand Hotel' }, backend_api_key: 'canary-key' });
    run({ port: 3376 });
    const started = ['daemon_started', { version: '1.2.3' }];
    const stopped = ['daemon_stopped', {}];
    expect(told(site.store)).toEqual([
      ...[started, stopped, started, stopped, started],
      ['configuration_changed', { changed: ['backend_api_key', 'port'] }],
      ...[stopped, started],
      ['configuration_changed', { changed: ['backend_api_key', 'site'] }],
      stopped,
    ]);
    for (const hash of site.store.auditLog.configuration().values()) expect(hash).toMatch(/^[\da-f]{32}$/);
    const entries = JSON.stringify(entriesOf(site.store));
    for (const value of ['Grand Hotel', 'canary-key']) expect(entries).not.toContain(value);
  });

  test('hands the last hash to the log when it ends', () => {
    const site = openTestSite();
    const said: unknown[] = [];
    const log = createLog('info', { write: (line) => said.push(JSON.parse(line)) });
    auditRun(site, { version: '1', configuration: {} }, log)[Symbol.dispose]();
    expect(said).toMatchObject([{ audit_sequence: 2, audit_head: site.store.auditLog.head().hash }]);
  });
});
