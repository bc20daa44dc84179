import { describe, expect, test } from 'vitest';
import { createLog } from '../../../src/log.ts';
import type { Attempt, AttemptProgress } from '../../../src/model/attempt.ts';
import { createApiKey } from '../../../src/site/api-keys.ts';
import { audit, DAEMON } from '../../../src/site/audit-log.ts';
import { settleDelivery } from '../../../src/site/deliveries.ts';
import { forgetBefore, forgetByAndBy } from '../../../src/site/retention.ts';
import { deleteUser } from '../../../src/site/users.ts';
import { createWebhook } from '../../../src/site/webhooks.ts';
import { StorageError } from '../../../src/store/errors.ts';
import { attempt, ENDED } from '../../contracts/store/records.ts';
import { told } from './audit-bed.ts';
import { addEncoder, addUser, openTestSite, type StillSite, temporaryFolder } from './site-bed.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const everything = { after: 0, limit: 10_000 };
const NEVER = new AbortController().signal;
const quiet = createLog('silent');

const attemptAt = (site: StillSite, id: string, progress: AttemptProgress, encoderId: string): Attempt => ({
  ...attempt(id, encoderId, progress),
  createdAt: site.clock.now(),
});

function addSession(site: StillSite, id: string, times: { expiresAt: number; revokedAt?: number }): void {
  const known = site.store.apiKeys.withName('app');
  const key = known ?? createApiKey(site.store, { name: 'app', scopes: ['read'] }, site.clock.now()).key;
  site.store.clientSessions.insert({
    id,
    apiKeyId: key.id,
    userIdentifierKey: null,
    userIdentityIds: [],
    page: null,
    scopes: ['read'],
    allowedOrigin: null,
    createdAt: site.clock.now(),
    revokedAt: null,
    ...times,
  });
  site.store.clientSessions.addToken(id, Buffer.from(id.padEnd(32)), site.clock.now());
}

const sessionsOf = (site: StillSite) =>
  site.store.clientSessions.list({}, everything).rows.map(({ id }) => id);
const attemptsOf = (site: StillSite) => site.store.attempts.list({}, everything).rows.map(({ id }) => id);
const eventsOf = (site: StillSite) => site.store.events.list({}, everything).rows.map(({ type }) => type);

describe('what is over for long', () => {
  test('is forgotten: events with their deliveries, attempts that have ended, sessions; what is younger stays', async () => {
    const site = openTestSite();
    const encoderId = addEncoder(site);
    createWebhook(site, { url: 'https://pms.example.com/', eventTypes: ['acs_user.created'] });
    addUser(site, 'Old');
    site.store.attempts.insert(attemptAt(site, 'old', ENDED, encoderId));
    const [old] = site.store.deliveries.list({}, everything).rows;
    settleDelivery(site, old?.id ?? '', { status: 200, problem: null });
    addSession(site, 'expired', { expiresAt: site.clock.now() + 1 });
    addSession(site, 'revoked', { expiresAt: site.clock.now() + 10 * DAY, revokedAt: site.clock.now() + 1 });
    addSession(site, 'valid', { expiresAt: site.clock.now() + 10 * DAY });
    site.clock.advance(DAY);
    const then = site.clock.now();
    addUser(site, 'Young');
    site.store.attempts.insert(attemptAt(site, 'young', ENDED, encoderId));
    site.store.attempts.insert(attemptAt(site, 'live', { phase: 'queued' }, encoderId));

    expect(await forgetBefore(site, then, NEVER)).toBe(6);
    expect(eventsOf(site)).toEqual(['acs_user.created']);
    expect(attemptsOf(site)).toEqual(['young', 'live']);
    expect(sessionsOf(site)).toEqual(['valid']);
    expect(site.store.clientSessions.withHash(Buffer.from('expired'.padEnd(32)))).toBeNull();
    expect(site.store.deliveries.list({}, everything).rows).toHaveLength(1);
    expect(site.store.users.list({}, everything).rows).toHaveLength(2);
    expect(await forgetBefore(site, then, NEVER)).toBe(0);
  });

  test('is kept while somebody waits for it', async () => {
    const site = openTestSite();
    const encoderId = addEncoder(site);
    createWebhook(site, { url: 'https://pms.example.com/', eventTypes: ['acs_user.created'] });
    addUser(site, 'Waited for');
    site.store.attempts.insert(attemptAt(site, 'live', { phase: 'queued' }, encoderId));
    site.clock.advance(DAY);
    await forgetBefore(site, site.clock.now(), NEVER);
    expect(eventsOf(site)).toEqual(['acs_user.created']);
    expect(attemptsOf(site)).toEqual(['live']);
    expect(site.store.deliveries.count('pending')).toBe(1);

    const [waiting] = site.store.deliveries.list({}, everything).rows;
    for (let sent = 0; sent < 8; sent += 1)
      settleDelivery(site, waiting?.id ?? '', { status: 500, problem: 'No.' });
    expect(site.store.deliveries.count('given_up')).toBe(1);
    await forgetBefore(site, site.clock.now(), NEVER);
    expect(eventsOf(site)).toEqual([]);
    expect(site.store.deliveries.count('given_up')).toBe(0);
  });

  test('is forgotten in small pieces, between which others have their turn', async () => {
    const site = openTestSite();
    site.store.transaction(() => {
      for (let made = 0; made < 1000; made += 1) addUser(site, `User ${made}`);
    });
    // Each event has a millisecond of its own.
    site.clock.advance(1001);
    const left: number[] = [];
    const doing = forgetBefore(site, site.clock.now(), NEVER);
    let isDone = false;
    void doing.then(() => {
      isDone = true;
    });
    while (!isDone) {
      left.push(eventsOf(site).length);
      await new Promise(setImmediate);
    }
    expect(await doing).toBe(1001);
    for (const size of [801, 601, 401, 201]) expect(left).toContain(size);
  });
});

describe('forgetting', () => {
  test('happens at start and every hour, for what is older than so many days', async () => {
    const site = openTestSite();
    addUser(site, 'First');
    {
      await using _forgetting = forgetByAndBy(site, { days: 2, auditDays: 730 }, quiet);
      await site.clock.waitedFor();
      expect(eventsOf(site)).toHaveLength(2);
      site.clock.advance(2 * DAY - HOUR);
      await site.clock.waitedFor();
      addUser(site, 'Second');
      site.clock.advance(HOUR);
      await site.clock.waitedFor();
      expect(eventsOf(site)).toHaveLength(3);
      site.clock.advance(HOUR);
      await site.clock.waitedFor();
      expect(eventsOf(site)).toEqual(['acs_user.created']);
    }
    expect(site.clock.sleepers).toBe(0);
    site.clock.advance(3 * DAY);
    await using _again = forgetByAndBy(site, { days: 2, auditDays: 730 }, quiet);
    await site.clock.waitedFor();
    expect(eventsOf(site)).toEqual([]);
  });

  test('is for the audit log after days of its own, and its last hash goes to the log once a day', async () => {
    const site = openTestSite();
    const heads: unknown[] = [];
    const log = createLog('info', {
      write: (line) => {
        const { audit_head } = JSON.parse(line);
        if (audit_head !== undefined) heads.push(audit_head);
      },
    });
    audit(site, DAEMON, 'old', {});
    const oldest = site.store.auditLog.head().hash;
    await using _forgetting = forgetByAndBy(site, { days: 1, auditDays: 3 }, log);
    for (let hour = 0; hour < 24 * 4; hour += 1) {
      await site.clock.waitedFor();
      site.clock.advance(HOUR);
    }
    await site.clock.waitedFor();
    expect(told(site.store)).toEqual([
      ['audit_entries_forgotten', { count: 1, through_sequence: 1, through_hash: oldest }],
    ]);
    expect(heads).toEqual([...Array(4).fill(oldest), site.store.auditLog.head().hash]);
  });

  test('tries again in an hour when the disk does not serve, and says so once', async () => {
    let isFull = true;
    const site = openTestSite({}, temporaryFolder(), (store) => ({
      ...store,
      transaction: (work) => store.transaction(work),
      events: {
        ...store.events,
        forgetBefore: (at, most) => {
          if (isFull) throw new StorageError('disk full');
          return store.events.forgetBefore(at, most);
        },
      },
    }));
    site.clock.advance(2 * DAY);
    const said: unknown[] = [];
    const log = createLog('info', { write: (line) => said.push(JSON.parse(line)) });
    await using _forgetting = forgetByAndBy(site, { days: 1, auditDays: 730 }, log);
    await site.clock.waitedFor();
    expect(said).toMatchObject([{ msg: expect.stringContaining('forgotten in an hour') }]);
    isFull = false;
    site.clock.advance(HOUR);
    await site.clock.waitedFor();
    expect(eventsOf(site)).toEqual([]);
    expect(said).toMatchObject([
      { level: 50 },
      { msg: expect.stringContaining('was forgotten') },
      { msg: expect.stringContaining('audit log') },
    ]);
  });

  test('stops at once with the daemon, between two pieces', async () => {
    const site = openTestSite();
    site.store.transaction(() => {
      for (let made = 0; made < 1000; made += 1) addUser(site, `User ${made}`);
    });
    site.clock.advance(2 * DAY);
    const forgetting = forgetByAndBy(site, { days: 1, auditDays: 730 }, quiet);
    await forgetting[Symbol.asyncDispose]();
    expect(eventsOf(site).length).toBeGreaterThan(700);
  });
});

describe('what was told to a backend, and answered to desks', () => {
  test('is forgotten after 30 days, and after 90; what waits or was refused is kept for ever', async () => {
    const site = openTestSite({ hasBackend: true });
    const { outbox, pairedDesks } = site.store;
    const users = ['delivered', 'waiting', 'refused'].map((name) => addUser(site, name));
    const [delivered, waiting, refused] = outbox.waiting(0, 10).map(({ id }) => id);
    if (delivered === undefined || waiting === undefined || refused === undefined) throw new Error('too few');
    expect(users).toHaveLength(3);
    outbox.settle([delivered], 'delivered', site.clock.now());
    const refusal = { code: 'taken_above', message: 'It is taken.', fields: [], rivalId: null } as const;
    outbox.refuse(refused, refusal, site.clock.now());
    const { key } = createApiKey(site.store, { name: 'desk', scopes: ['read'] }, site.clock.now());
    const desk = { id: 'desk', name: 'Desk', apiKeyId: key.id, createdAt: 0, lastSeenAt: null };
    pairedDesks.insert({ ...desk, highWaterMark: 0, skewMs: null });
    pairedDesks.noteVerdict('desk', 'message', { verdict: 'applied' }, site.clock.now());
    deleteUser(site, { acsUserId: addUser(site, 'gone').id });
    const feed = () => site.store.feed.after(0, 10).map(({ isGone }) => isGone);
    expect(feed()).toEqual([true]);

    const forgotten = forgetByAndBy(site, { days: 1, auditDays: 730 }, quiet);
    await site.clock.waitedFor();
    site.clock.advance(30 * DAY + HOUR);
    await expect.poll(() => outbox.get(delivered)).toBeNull();
    expect(pairedDesks.verdictOf('message')).not.toBeNull();
    expect(feed()).toEqual([true]);
    await site.clock.waitedFor();
    site.clock.advance(60 * DAY);
    await expect.poll(() => pairedDesks.verdictOf('message')).toBeNull();
    await expect.poll(feed).toEqual([]);
    expect(site.store.feed.lastForgotten()).toBeGreaterThan(0);
    expect(outbox.get(waiting)).toMatchObject({ state: 'waiting' });
    expect(outbox.get(refused)).toMatchObject({ state: 'refused' });
    await forgotten[Symbol.asyncDispose]();
  });
});
