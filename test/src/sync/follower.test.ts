import { describe, expect, test } from 'vitest';
import type { ResourceName } from '../../../src/model/resource.ts';
import { deleteUser, updateUser } from '../../../src/site/users.ts';
import { HistoryForgotten } from '../../../src/sync/backend-error.ts';
import { failing, unreachable } from '../../benches/scripted-backend.ts';
import { announced, temporaryFolder } from '../site/site-bed.ts';
import { ERROR, SyncBed, userState, WARN } from './sync-bed.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** So many users of the backend's own, by id. */
function usersAbove(bed: SyncBed, count: number): readonly ResourceName[] {
  return Array.from({ length: count }, (_, at) => {
    const name = { kind: 'acs_user', id: crypto.randomUUID() } as const;
    bed.backend.change(name, userState(`Guest above ${at + 1}`));
    return name;
  });
}

const usersHere = (bed: SyncBed) => bed.site.store.users.list({}, { after: 0, limit: 100_000 }).rows;
const walksOf = (bed: SyncBed) => bed.site.store.backend.read()?.walks;

describe('the first contact', () => {
  test('is a hello and a walk before anything is told, and then the backend hears of all that is only here', async () => {
    const bed = new SyncBed();
    bed.addUsers(3, 'Made before there was a backend');
    usersAbove(bed, 2);
    bed.backend.pageSize = 1;
    bed.start();
    const [during = ''] = bed.addUsers(1, 'Made while it is walked through');
    await bed.until(() => !bed.isWalking);
    await bed.passUntil(() => bed.counts.waiting === 0, MINUTE);
    const operations = bed.backend.calls.map(({ operation }) => operation);
    expect(operations.slice(0, 2)).toEqual(['hello', 'walk']);
    expect(operations.indexOf('deliver')).toBeGreaterThan(operations.lastIndexOf('walk'));
    expect(usersHere(bed)).toHaveLength(6);
    expect([...bed.backend.things.values()].filter(({ kind }) => kind === 'acs_user')).toHaveLength(6);
    expect(bed.backend.effects.filter(({ change }) => change.id === during)).toHaveLength(1);
    expect(bed.site.identity).toMatchObject({ acsSystemId: '6d8a0f4e-2a80-4d0d-9d5a-1f7c0a3b5e02' });
    expect(bed.sync.status().mirror).toMatchObject({
      isWalking: false,
      walkedAt: expect.any(Number),
      held: 0,
    });
  });

  test('goes on where it was when the process ends in the middle of the walk', async () => {
    const bed = new SyncBed({ folder: temporaryFolder() });
    bed.backend.pageSize = 10;
    usersAbove(bed, 100);
    bed.start();
    await bed.until(() => bed.backend.callsOf('walk').length === 5);
    await bed.stop();
    const before = usersHere(bed).length;
    expect(before).toBeGreaterThanOrEqual(30);
    expect(before).toBeLessThan(100);
    const walk = bed.site.store.backend.read()?.walk;
    expect(Number(walk?.position)).toBe(before);
    bed.start();
    await bed.until(() => !bed.isWalking);
    await bed.calm();
    expect(usersHere(bed)).toHaveLength(100);
    expect(bed.backend.callsOf('walk').length).toBeLessThanOrEqual(11);
    expect(walksOf(bed)).toBe(1);
    expect(announced(bed.site)).not.toContain('acs_user.created');
  });

  test('goes on where it was when the line breaks', async () => {
    const bed = new SyncBed();
    bed.backend.pageSize = 10;
    usersAbove(bed, 60);
    let walks = 0;
    bed.backend.fault = ({ operation }) => {
      if (operation !== 'walk') return null;
      walks += 1;
      return walks % 3 === 0 ? unreachable : null;
    };
    bed.start();
    await bed.passUntil(() => !bed.isWalking, 10 * MINUTE);
    expect(usersHere(bed)).toHaveLength(60);
    expect(walks).toBe(6 + 2);
  });

  test('is told to the backend again when the process ended before all was said', async () => {
    const bed = new SyncBed();
    bed.addUsers(3);
    await bed.connected();
    await bed.passUntil(() => bed.counts.waiting === 0, MINUTE);
    await bed.stop();
    const link = bed.site.store.backend.read();
    if (link === null) throw new Error('there is no link');
    bed.site.store.backend.write({ ...link, walkedAt: null });
    await bed.connected();
    await bed.passUntil(() => bed.counts.waiting === 0, MINUTE);
    expect(bed.backend.effects.filter(({ change }) => change.kind === 'acs_user')).toHaveLength(3);
  });

  test('lets the desk work on: other work has its turn after every 50 things', async () => {
    const bed = new SyncBed();
    usersAbove(bed, 1000);
    bed.start();
    let most = 0;
    let known = 0;
    const looked = () => {
      const here = usersHere(bed).length;
      most = Math.max(most, here - known);
      known = here;
      return !bed.isWalking;
    };
    await bed.until(looked);
    expect(known).toBe(1000);
    expect(most).toBe(50);
  });
});

describe('news', () => {
  test('are asked for every five seconds, and every ten when nothing has happened for a minute', async () => {
    const bed = new SyncBed();
    await bed.connected();
    const before = bed.backend.callsOf('news').length;
    await bed.pass(MINUTE);
    expect(bed.backend.callsOf('news').length - before).toBe(12);
    const idle = bed.backend.callsOf('news').length;
    await bed.pass(2 * MINUTE);
    expect(bed.backend.callsOf('news').length - idle).toBe(12);
    const [name] = usersAbove(bed, 1);
    await bed.pass(10 * SECOND);
    expect(bed.site.store.users.get(name?.id ?? '')).not.toBeNull();
    const lively = bed.backend.callsOf('news').length;
    await bed.pass(30 * SECOND);
    expect(bed.backend.callsOf('news').length - lively).toBe(6);
  });

  test('are asked for at once after the backend was told something, and when somebody wakes the line', async () => {
    const bed = new SyncBed();
    await bed.connected();
    bed.addUsers(1);
    await bed.calm();
    const before = bed.backend.callsOf('news').length;
    await bed.pass(50, 50);
    expect(bed.counts.waiting).toBe(0);
    expect(bed.backend.callsOf('news').length).toBe(before + 1);
    bed.sync.wake();
    await bed.calm();
    expect(bed.backend.callsOf('news').length).toBe(before + 2);
  });

  test('do not touch what this desk has not told yet', async () => {
    const bed = new SyncBed();
    const [above] = usersAbove(bed, 1);
    if (above === undefined) throw new Error('nobody');
    await bed.connected();
    bed.backend.fault = ({ operation }) => (operation === 'deliver' ? failing : null);
    deleteUser(bed.site, { acsUserId: above.id });
    bed.backend.change(above, userState('Renamed above'));
    await bed.pass(30 * SECOND);
    expect(bed.site.store.users.get(above.id)).toBeNull();
    bed.backend.fault = () => null;
    await bed.passUntil(() => bed.counts.waiting === 0, 10 * MINUTE);
    expect(bed.backend.things.has(`acs_user ${above.id}`)).toBe(false);
  });

  test('about a thing that cannot be taken over do not keep away all others', async () => {
    let broken = '';
    const bed = new SyncBed({
      wrap: (store) => ({
        ...store,
        users: {
          ...store.users,
          insert: (user) => {
            if (user.id === broken) throw new TypeError('no such thing');
            store.users.insert(user);
          },
        },
      }),
    });
    await bed.connected();
    [, { id: broken } = { id: '' }] = usersAbove(bed, 3);
    await bed.pass(30 * SECOND);
    expect(usersHere(bed)).toHaveLength(2);
    expect(bed.sync.status().mirror.held).toBe(1);
    expect(bed.logged(ERROR)).toEqual(['something that the backend has cannot be taken over']);
    broken = '';
    await bed.pass(30 * SECOND);
    expect(usersHere(bed)).toHaveLength(3);
    expect(bed.sync.status().mirror.held).toBe(0);
  });

  test('that are older than what the backend was told meanwhile do not take that back', async () => {
    const bed = new SyncBed();
    const [above] = usersAbove(bed, 1);
    if (above === undefined) throw new Error('nobody');
    await bed.connected();
    const { news } = bed.backend;
    // The answer is on its way while the desk is renamed here and the backend takes it.
    bed.backend.news = async (cursor, signal) => {
      const page = await news.call(bed.backend, cursor, signal);
      const old = page.items.map((item) => ({ ...item, state: userState('Old') }));
      if (old.length === 0) return page;
      bed.backend.news = news;
      updateUser(bed.site, { acsUserId: above.id }, { fullName: 'New' });
      await bed.until(() => bed.counts.waiting === 0);
      return { ...page, items: old };
    };
    bed.backend.change(above, userState('Old'));
    bed.site.clock.advance(5 * SECOND);
    await bed.until(() => bed.counts.waiting === 1);
    await bed.calm();
    bed.site.clock.advance(SECOND);
    await bed.calm();
    await bed.until(() => bed.counts.waiting === 0);
    await bed.calm();
    expect(bed.site.store.users.get(above.id)).toMatchObject({ fullName: 'New' });
    await bed.pass(10 * SECOND);
    expect(bed.site.store.users.get(above.id)).toMatchObject({ fullName: 'New' });
    expect(bed.sync.status().mirror.held).toBe(0);
  });
});

describe('everything is walked through again', () => {
  test('once a day where the backend has news, and every quarter of an hour where it has none', async () => {
    const bed = new SyncBed();
    await bed.connected();
    await bed.pass(24 * HOUR - MINUTE, 10 * SECOND);
    expect(walksOf(bed)).toBe(1);
    await bed.pass(2 * MINUTE);
    expect(walksOf(bed)).toBe(2);

    const without = new SyncBed();
    without.backend.hasNews = false;
    await without.connected();
    expect(without.site.store.backend.read()?.cursor).toBeNull();
    usersAbove(without, 1);
    await without.pass(15 * MINUTE + 10 * SECOND);
    expect(walksOf(without)).toBe(2);
    expect(usersHere(without)).toHaveLength(1);
    expect(without.backend.callsOf('news')).toEqual([]);
  });

  test('when somebody asks for it; what is gone above is gone here then', async () => {
    const bed = new SyncBed();
    const [first] = usersAbove(bed, 2);
    await bed.connected();
    // Not in the news: the backend just does not have it any more.
    bed.backend.things.delete(`acs_user ${first?.id}`);
    bed.sync.resync();
    await bed.until(() => walksOf(bed) === 2 && !bed.isWalking);
    expect(usersHere(bed)).toHaveLength(1);
  });

  test('when the backend has another history: it is told again what it had taken, before anything newer', async () => {
    const bed = new SyncBed();
    await bed.connected();
    const [kept = '', lost = '', renamed = ''] = bed.addUsers(3);
    await bed.passUntil(() => bed.counts.waiting === 0, MINUTE);
    const { length } = bed.backend.effects;
    const backup = bed.backend.things.get(`acs_user ${renamed}`);
    updateUser(bed.site, { acsUserId: renamed }, { fullName: 'Renamed' });
    await bed.pass(SECOND);
    expect(bed.counts.waiting).toBe(0);
    // Restored from a backup of before the second user and the new name of the third.
    bed.backend.things.delete(`acs_user ${lost}`);
    if (backup !== undefined) bed.backend.things.set(`acs_user ${renamed}`, backup);
    const ofLost = bed.backend.effects.filter(({ change }) => change.id === lost);
    for (const { id } of [...ofLost, ...bed.backend.effects.slice(length)]) bed.backend.verdicts.delete(id);
    bed.backend.epoch = 'two';
    await bed.pass(10 * SECOND);
    await bed.passUntil(() => bed.counts.waiting === 0 && !bed.isWalking, MINUTE);
    expect(bed.backend.things.has(`acs_user ${lost}`)).toBe(true);
    expect(bed.backend.effects.filter(({ change }) => change.id === kept)).toHaveLength(1);
    expect(bed.backend.effects.filter(({ change }) => change.id === lost)).toHaveLength(2);
    expect(usersHere(bed)).toHaveLength(3);
    expect(bed.site.store.users.get(renamed)).toMatchObject({ fullName: 'Renamed' });
    expect(bed.backend.things.get(`acs_user ${renamed}`)?.state).toMatchObject({ fullName: 'Renamed' });
    expect(bed.site.store.backend.read()).toMatchObject({
      walk: null,
      cursor: expect.stringMatching(/^two:/),
    });
    expect(bed.logged(WARN)).toEqual([
      'the backend has another history than this desk has seen: it is told again',
    ]);
  });

  test('and is told what it lost even when the desk’s process ends in the middle', async () => {
    const bed = new SyncBed();
    bed.backend.pageSize = 5;
    const mirrored = usersAbove(bed, 30);
    await bed.connected();
    for (const { id } of mirrored.slice(20)) bed.backend.things.delete(`acs_user ${id}`);
    bed.backend.epoch = 'two';
    const walks = bed.backend.callsOf('walk').length;
    bed.sync.wake();
    await bed.until(() => bed.backend.callsOf('walk').length === walks + 2);
    await bed.stop();
    expect(bed.site.store.backend.read()?.walk).toMatchObject({ isRestored: true });
    await bed.connected();
    await bed.passUntil(() => bed.counts.waiting === 0, MINUTE);
    expect([...bed.backend.things.values()].filter(({ kind }) => kind === 'acs_user')).toHaveLength(30);
    expect(usersHere(bed)).toHaveLength(30);
  });

  test('when the backend knows more of this desk than the desk does, which then counts on from there', async () => {
    const bed = new SyncBed();
    await bed.connected();
    bed.addUsers(1);
    await bed.passUntil(() => bed.counts.waiting === 0, MINUTE);
    await bed.stop();
    bed.backend.heard = { pairingId: 'desk', highWaterMark: 500 };
    await bed.connected();
    expect(walksOf(bed)).toBe(2);
    bed.addUsers(1);
    expect(bed.waiting[0]?.sequence).toBe(501);
    expect(bed.logged(WARN)).toHaveLength(1);
  });

  test('when the backend has heard less than it took: it is told that again, although the desk was started anew meanwhile', async () => {
    const bed = new SyncBed();
    bed.backend.heard = { pairingId: 'desk', highWaterMark: 0 };
    await bed.connected();
    const users = bed.addUsers(3);
    await bed.passUntil(() => bed.counts.waiting === 0, MINUTE);
    const last = bed.site.store.outbox.lastDelivered();
    expect(last).toBe(bed.site.store.outbox.lastSequence());
    bed.backend.heard = { pairingId: 'desk', highWaterMark: last };
    await bed.stop();
    await bed.connected();
    expect(walksOf(bed)).toBe(1);

    await bed.stop();
    // By its news alone nobody would see that it has lost something.
    bed.backend.heard = { pairingId: 'desk', highWaterMark: last - 1 };
    bed.backend.things.delete(`acs_user ${users[2]}`);
    bed.backend.verdicts.clear();
    const told = bed.backend.callsOf('deliver').length;
    bed.start();
    await bed.until(() => bed.site.store.backend.read()?.walk?.isRestored === true);
    expect(bed.counts.waiting).toBe(3);
    expect(bed.backend.callsOf('deliver')).toHaveLength(told);
    bed.backend.heard = { pairingId: 'desk', highWaterMark: last };
    await bed.until(() => !bed.isWalking);
    await bed.passUntil(() => bed.counts.waiting === 0, MINUTE);
    expect(bed.backend.things.has(`acs_user ${users[2]}`)).toBe(true);
    expect(usersHere(bed)).toHaveLength(3);
    expect(walksOf(bed)).toBe(2);
    expect(bed.logged(WARN)).toEqual([
      'the backend has forgotten messages of this desk: it was restored from a backup, and is told again',
    ]);
  });

  test('but not when it was paired anew, and so has heard nothing of it under that pairing yet', async () => {
    const bed = new SyncBed();
    bed.backend.heard = { pairingId: 'first', highWaterMark: 0 };
    await bed.connected();
    bed.addUsers(3);
    await bed.passUntil(() => bed.counts.waiting === 0, MINUTE);
    await bed.stop();
    bed.backend.heard = { pairingId: 'second', highWaterMark: 0 };
    await bed.connected();
    await bed.pass(10 * MINUTE, 5000);
    expect(walksOf(bed)).toBe(1);
    expect(bed.backend.effects).toHaveLength(3);
    bed.addUsers(1);
    await bed.passUntil(() => bed.counts.waiting === 0, MINUTE);
    await bed.stop();
    // What it has heard under the new pairing it must know; what it was told before that is not told again.
    await bed.connected();
    expect(walksOf(bed)).toBe(2);
    await bed.pass(MINUTE);
    expect(bed.backend.callsOf('deliver').at(-1)?.messages).toHaveLength(1);
  });

  test('nor when it takes something while it says how far it has heard', async () => {
    const bed = new SyncBed();
    const { backend } = bed;
    backend.heard = { pairingId: 'desk', highWaterMark: 0 };
    await bed.connected();
    const { hello } = backend;
    backend.hello = async (signal) => {
      const said = await hello.call(backend, signal);
      bed.addUsers(1);
      await bed.calm();
      bed.site.clock.advance(50);
      await bed.until(() => bed.counts.waiting === 0);
      return said;
    };
    bed.site.clock.advance(6 * MINUTE);
    await bed.until(() => bed.backend.effects.length === 1);
    await bed.calm();
    expect(walksOf(bed)).toBe(1);
    expect(bed.counts.waiting).toBe(0);
  });

  test('is only walked through when it has forgotten what is gone since: nothing that is gone comes back', async () => {
    const bed = new SyncBed();
    const [stays, goes] = usersAbove(bed, 2);
    if (stays === undefined || goes === undefined) throw new Error('too few');
    await bed.connected();
    const [mine = ''] = bed.addUsers(1);
    await bed.passUntil(() => bed.counts.waiting === 0, MINUTE);
    await bed.stop();
    bed.backend.things.delete(`acs_user ${goes.id}`);
    bed.backend.things.delete(`acs_user ${mine}`);
    const { news } = bed.backend;
    bed.backend.news = (cursor, signal) =>
      walksOf(bed) === 1 ? Promise.reject(new HistoryForgotten()) : news.call(bed.backend, cursor, signal);
    bed.start();
    await bed.passUntil(() => walksOf(bed) === 2 && !bed.isWalking, MINUTE);
    await bed.pass(MINUTE);
    expect(usersHere(bed).map(({ id }) => id)).toEqual([stays.id]);
    expect(bed.backend.effects).toHaveLength(1);
    expect(bed.counts.waiting).toBe(0);
  });
});

describe('another backend', () => {
  test('has the desk begin anew, with what it has not told yet', async () => {
    const bed = new SyncBed();
    usersAbove(bed, 2);
    await bed.connected();
    bed.backend.fault = () => unreachable;
    const [here = ''] = bed.addUsers(1);
    await bed.pass(MINUTE);
    bed.backend.things.clear();
    bed.backend.identity = 'another one';
    bed.backend.epoch = 'another one’s';
    bed.backend.fault = () => null;
    await bed.passUntil(() => walksOf(bed) === 2 && !bed.isWalking && bed.counts.waiting === 0, 10 * MINUTE);
    expect(bed.backend.things.has(`acs_user ${here}`)).toBe(true);
    expect([...bed.backend.things.values()].filter(({ kind }) => kind === 'acs_user')).toHaveLength(3);
    expect(bed.site.store.backend.read()).toMatchObject({ identity: 'another one' });
  });
});

describe('the clock of this computer', () => {
  test('is measured against the backend’s, and one that is far off is worth a warning, once', async () => {
    const bed = new SyncBed();
    bed.backend.aheadMs = -90_000;
    await bed.connected();
    await bed.pass(30 * MINUTE, 5000);
    expect(bed.sync.status()).toMatchObject({
      skewMs: 90_000,
      hint: 'The clock of this computer is 2 min ahead of the backend’s: set it.',
    });
    expect(bed.logged(WARN)).toEqual([
      'the clock of this computer differs from the one of the backend: set it',
    ]);
    bed.backend.aheadMs = 1000;
    await bed.pass(6 * MINUTE, 5000);
    expect(bed.sync.status()).toMatchObject({ skewMs: -1000, hint: null });
  });

  test('may be set back by years, and the backend is followed all the same', async () => {
    const bed = new SyncBed();
    await bed.connected();
    bed.site.clock.advance(-3 * 365 * 24 * HOUR);
    usersAbove(bed, 1);
    bed.addUsers(1);
    await bed.pass(2 * MINUTE);
    expect(bed.counts.waiting).toBe(0);
    expect(usersHere(bed)).toHaveLength(2);
  });
});
