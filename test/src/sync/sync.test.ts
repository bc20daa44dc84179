import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BackendError, NoSuchOperation } from '../../../src/sync/backend-error.ts';
import { unauthorized, unreachable } from '../../benches/scripted-backend.ts';
import { temporaryFolder } from '../site/site-bed.ts';
import { ERROR, SyncBed, userState } from './sync-bed.ts';

/** What a clerk reads before the first walk has ended. */
const UNHEARD_OF = 'Not connected to the backend yet: it has heard of nothing from this desk.';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

describe('a desk with a backend', () => {
  test('tells it what happens, and takes over what it has', async () => {
    const bed = new SyncBed();
    const above = crypto.randomUUID();
    bed.backend.change({ kind: 'acs_user', id: above }, userState('Ada'));
    await bed.connected();
    expect(bed.site.store.users.get(above)).toMatchObject({ fullName: 'Ada' });
    const [here = ''] = bed.addUsers(1);
    await bed.passUntil(() => bed.counts.waiting === 0, 10 * SECOND);
    expect(bed.backend.things.get(`acs_user ${here}`)?.state).toMatchObject({ fullName: 'Guest 1' });
    expect(bed.sync.status()).toMatchObject({
      state: 'working',
      endpoint: 'https://property.example',
      protocol: 'bridge',
      problem: null,
      hint: null,
      skewMs: 0,
      oldestWaitingAt: null,
      lastDeliveredAt: expect.any(Number),
    });
  });

  test('says since when, why, and what waits, while the backend cannot be reached', async () => {
    const bed = new SyncBed({ chance: () => 1 });
    bed.start();
    expect(bed.sync.status()).toMatchObject({ state: 'connecting', hint: UNHEARD_OF });
    bed.backend.fault = () => unreachable;
    await bed.calm();
    const began = bed.site.clock.now();
    expect(bed.sync.status()).toMatchObject({
      state: 'offline',
      lastReachedAt: null,
      problem: { trouble: 'unreachable', since: began, retryAt: began + 2 * SECOND },
      hint: UNHEARD_OF,
    });
    bed.addUsers(1);
    expect(bed.sync.status()).toMatchObject({ hint: UNHEARD_OF, oldestWaitingAt: began });
    bed.sync.wake();
    bed.backend.fault = () => null;
    await bed.passUntil(() => bed.counts.waiting === 0, MINUTE);
    expect(bed.sync.status()).toMatchObject({ state: 'working', problem: null });
  });

  test('says for the clerk how many results wait, once the backend has heard of the desk', async () => {
    const bed = new SyncBed({ chance: () => 1 });
    await bed.connected();
    bed.backend.fault = () => unreachable;
    bed.sync.resync();
    await bed.until(() => bed.sync.status().state === 'offline');
    expect(bed.sync.status().hint).toBe('Works offline.');
    bed.addUsers(1);
    expect(bed.sync.status().hint).toBe('Works offline; 1 result is waiting.');
  });

  test('needs nobody when it is tried at once: somebody wakes it', async () => {
    const bed = new SyncBed({ chance: () => 1 });
    await bed.connected();
    bed.backend.fault = () => unreachable;
    await bed.pass(HOUR, 5000);
    bed.backend.fault = () => null;
    bed.sync.wake();
    await bed.calm();
    expect(bed.sync.status()).toMatchObject({ state: 'working' });
  });

  test('is left alone by a backend that cannot be opened yet, and finds out how to speak to it later', async () => {
    const bed = new SyncBed();
    let opened = 0;
    bed.open = () => {
      opened += 1;
      if (opened < 4) return Promise.reject(new BackendError('unreachable', 'Nobody answers.'));
      return Promise.resolve({ protocol: 'seam', backend: bed.backend });
    };
    bed.start({ protocol: 'auto' });
    await bed.calm();
    expect(bed.sync.status()).toMatchObject({ state: 'offline', protocol: null });
    await bed.passUntil(() => !bed.isWalking, MINUTE);
    expect(opened).toBe(4);
    expect(bed.sync.status()).toMatchObject({ state: 'working', protocol: 'seam' });
  });
});

describe('a walk through everything that somebody asked for', () => {
  const walks = (bed: SyncBed) => bed.site.store.backend.read()?.walks;

  test('is made once it is known how to speak to the backend', async () => {
    const bed = new SyncBed();
    await bed.connected();
    await bed.stop();
    let isThere = false;
    bed.open = () =>
      isThere
        ? Promise.resolve({ protocol: 'seam', backend: bed.backend })
        : Promise.reject(new BackendError('unreachable', 'Nobody answers.'));
    bed.start({ protocol: 'auto' });
    await bed.calm();
    bed.sync.resync();
    await bed.pass(MINUTE);
    expect(walks(bed)).toBe(1);
    isThere = true;
    await bed.passUntil(() => walks(bed) === 2 && !bed.isWalking, 10 * MINUTE);
    await bed.pass(10 * MINUTE);
    expect(walks(bed)).toBe(2);
  });

  test('is made once the backend can be reached', async () => {
    const bed = new SyncBed();
    await bed.connected();
    await bed.stop();
    bed.backend.fault = () => unreachable;
    bed.start();
    bed.sync.resync();
    await bed.pass(MINUTE);
    bed.sync.resync();
    await bed.pass(MINUTE);
    expect(walks(bed)).toBe(1);
    bed.backend.fault = () => null;
    await bed.passUntil(() => walks(bed) === 2 && !bed.isWalking, 10 * MINUTE);
  });
});

describe('how the backend is spoken to', () => {
  const misunderstood = { error: new NoSuchOperation('The backend answered 404.') };

  test('is found out anew when it does not understand, a minute after that was found out at the earliest', async () => {
    const bed = new SyncBed({ chance: () => 0 });
    const opened: string[] = [];
    let protocol: 'seam' | 'bridge' = 'seam';
    bed.open = () => {
      opened.push(protocol);
      return Promise.resolve({ protocol, backend: bed.backend });
    };
    bed.start({ protocol: 'auto' });
    await bed.until(() => !bed.isWalking);
    bed.addUsers(3);
    bed.backend.fault = () => misunderstood;
    await bed.pass(50 * SECOND);
    expect(opened).toEqual(['seam']);
    expect(bed.sync.status()).toMatchObject({
      state: 'offline',
      problem: { message: 'The backend answered 404.' },
    });
    await bed.pass(10 * MINUTE);
    expect(opened.length).toBeGreaterThan(2);
    expect(opened.length).toBeLessThanOrEqual(11);
    protocol = 'bridge';
    await bed.passUntil(() => bed.sync.status().protocol === 'bridge', 10 * MINUTE);
    bed.backend.fault = () => null;
    await bed.passUntil(() => bed.counts.waiting === 0, 10 * MINUTE);
    expect(bed.backend.effects).toHaveLength(3);
    expect(bed.sync.status()).toMatchObject({ state: 'working', problem: null });
    const calls = opened.length;
    await bed.pass(10 * MINUTE);
    expect(opened).toHaveLength(calls);
    expect(bed.logged(ERROR)).toEqual([]);
  });

  test('stays as the configuration says', async () => {
    const bed = new SyncBed();
    let opened = 0;
    bed.open = () => {
      opened += 1;
      return Promise.resolve({ protocol: 'seam', backend: bed.backend });
    };
    bed.backend.fault = () => misunderstood;
    bed.start({ protocol: 'seam' });
    await bed.pass(10 * MINUTE);
    expect(opened).toBe(1);
  });
});

describe('a key that the backend does not take', () => {
  test('stops the line: it is asked every five minutes only, with one alarm in the log', async () => {
    const bed = new SyncBed();
    await bed.connected();
    bed.addUsers(40);
    bed.backend.fault = () => unauthorized;
    await bed.pass(SECOND, 50);
    const before = bed.backend.calls.length;
    expect(bed.sync.status()).toMatchObject({
      state: 'stopped',
      waiting: 40,
      problem: { trouble: 'unauthorized' },
      hint: "The backend does not take this desk's key: encoderctl sync status.",
    });
    await bed.pass(HOUR, 5000);
    expect(bed.backend.calls.length - before).toBe(12);
    expect(bed.logged(ERROR)).toEqual(['nothing is told to the backend any more: somebody must act']);
    bed.backend.fault = () => null;
    await bed.pass(5 * MINUTE + 5000, 5000);
    expect(bed.counts).toEqual({ waiting: 0, refused: 0 });
    expect(bed.sync.status()).toMatchObject({ state: 'working', hint: null });
  });

  test('is asked for at once when somebody wakes the line', async () => {
    const bed = new SyncBed();
    await bed.connected();
    bed.backend.fault = () => unauthorized;
    await bed.pass(MINUTE);
    bed.backend.fault = () => null;
    bed.sync.wake();
    await bed.calm();
    expect(bed.sync.status()).toMatchObject({ state: 'working' });
  });

  test('is taken within seconds once its file was changed', async () => {
    const file = join(temporaryFolder(), 'backend.key');
    writeFileSync(file, 'seam_old\n');
    const bed = new SyncBed({ settings: { apiKey: null, apiKeyFile: file } });
    let good = 'seam_old';
    bed.backend.fault = () => (bed.apiKey() === good ? null : unauthorized);
    await bed.connected();
    good = 'seam_new';
    bed.addUsers(1);
    await bed.pass(MINUTE);
    expect(bed.sync.status()).toMatchObject({ state: 'stopped', waiting: 1 });
    const before = bed.backend.calls.length;
    await bed.pass(MINUTE);
    expect(bed.backend.calls).toHaveLength(before);
    writeFileSync(file, 'seam_new');
    await bed.pass(6 * SECOND);
    expect(bed.sync.status()).toMatchObject({ state: 'working', waiting: 0 });
  });

  test('may be changed before the old one is refused: nobody notices', async () => {
    const file = join(temporaryFolder(), 'backend.key');
    writeFileSync(file, 'seam_old');
    const bed = new SyncBed({ settings: { apiKey: null, apiKeyFile: file } });
    let good = 'seam_old';
    bed.backend.fault = () => (bed.apiKey() === good ? null : unauthorized);
    await bed.connected();
    writeFileSync(file, 'seam_new');
    good = 'seam_new';
    bed.addUsers(1);
    await bed.passUntil(() => bed.counts.waiting === 0, MINUTE);
    expect(bed.logged(ERROR)).toEqual([]);
  });

  test('may lie in a file that is missing, or empty: the desk works, says so, and goes on once it is there', async () => {
    const file = join(temporaryFolder(), 'backend.key');
    const bed = new SyncBed({ settings: { apiKey: null, apiKeyFile: file } });
    bed.start();
    bed.addUsers(1);
    await bed.pass(MINUTE);
    expect(bed.backend.calls).toEqual([]);
    expect(bed.sync.status()).toMatchObject({ state: 'stopped', problem: { trouble: 'unauthorized' } });
    expect(bed.sync.status().problem?.message).toContain(file);
    writeFileSync(file, ' \n');
    await bed.pass(10 * SECOND);
    expect(bed.sync.status().problem?.message).toBe(
      `${file} holds no key: it must hold the key for the backend, and nothing else.`,
    );
    writeFileSync(file, 'seam_new');
    await bed.pass(10 * SECOND);
    expect(bed.sync.status()).toMatchObject({ state: 'working', waiting: 0 });
    rmSync(file);
    await bed.pass(10 * SECOND);
    expect(bed.sync.status()).toMatchObject({ state: 'stopped' });
  });

  test('may be named nowhere: that is said, and nobody is asked', async () => {
    const bed = new SyncBed({ settings: { apiKey: null } });
    bed.start();
    await bed.calm();
    expect(bed.backend.calls).toEqual([]);
    expect(bed.sync.status().problem?.message).toContain('backend.api_key_file');
  });
});

describe('the link', () => {
  test('is what the configuration says; what was followed goes on when only the address is another', async () => {
    const bed = new SyncBed();
    await bed.connected();
    const before = bed.site.store.backend.read();
    await bed.stop();
    bed.start({ endpoint: 'https://other.example' });
    await bed.pass(10 * SECOND);
    expect(bed.site.store.backend.read()).toEqual({ ...before, endpoint: 'https://other.example' });
    expect(bed.backend.callsOf('walk')).toHaveLength(1);
  });

  test('goes with the configuration’s backend, and what happens then is nobody’s to be told', async () => {
    const bed = new SyncBed();
    await bed.connected();
    await bed.stop();
    bed.start(null);
    await bed.calm();
    expect(bed.site.store.backend.read()).toBeNull();
    expect(bed.sync.status()).toMatchObject({ state: 'off', endpoint: null, hint: null });
    bed.addUsers(1);
    expect(bed.counts.waiting).toBe(0);
  });

  test('that was paired stays without a configuration, and gives way to one', async () => {
    const bed = new SyncBed({ settings: null });
    bed.start();
    await bed.calm();
    expect(bed.backend.calls).toEqual([]);
    const link = {
      endpoint: 'https://paired.example',
      isPaired: true,
      apiKey: 'seam_paired',
      identity: null,
      cursor: null,
      walk: null,
      walks: 0,
      walkedAt: null,
    };
    bed.site.store.backend.write(link);
    bed.sync.linkChanged();
    await bed.until(() => !bed.isWalking);
    expect(bed.apiKey()).toBe('seam_paired');
    expect(bed.sync.status()).toMatchObject({ endpoint: 'https://paired.example', protocol: 'bridge' });
    await bed.stop();
    bed.start(null);
    await bed.calm();
    expect(bed.sync.status()).toMatchObject({ endpoint: 'https://paired.example', state: 'working' });
    await bed.stop();
    bed.start({});
    await bed.calm();
    expect(bed.site.store.backend.read()).toMatchObject({
      endpoint: 'https://property.example',
      isPaired: false,
      apiKey: null,
    });
    expect(bed.apiKey()).toBe('seam_test_key');
  });

  test('may go while something is under way: that is broken off, and nothing is asked any more', async () => {
    const bed = new SyncBed();
    bed.site.store.backend.write({ ...bed.pairedLink, apiKey: 'seam_paired' });
    bed.start(null);
    await bed.until(() => !bed.isWalking);
    bed.addUsers(10);
    await bed.calm();
    bed.site.clock.advance(SECOND);
    await bed.until(() => bed.backend.callsOf('deliver').length > 0);
    bed.site.store.backend.write(null);
    bed.sync.linkChanged();
    await bed.calm();
    const before = bed.backend.calls.length;
    await bed.pass(10 * MINUTE, 5000);
    expect(bed.backend.calls).toHaveLength(before);
    expect(bed.sync.status()).toMatchObject({ state: 'off' });
    expect(bed.logged(ERROR)).toEqual([]);
  });
});

describe('another access system', () => {
  test('from the first contact on: the clerk reads that it has heard of nothing', async () => {
    const bed = new SyncBed();
    bed.addUsers(1);
    bed.writeCard();
    bed.backend.acsSystemId = crypto.randomUUID();
    bed.start();
    await bed.until(() => bed.sync.status().state === 'stopped');
    expect(bed.sync.status()).toMatchObject({
      waiting: 0,
      hint: `The backend is not the one of this desk: encoderctl sync status. ${UNHEARD_OF}`,
    });
  });

  test('is not taken for the backend while cards are out there that name this one; it is asked again every five minutes', async () => {
    const bed = new SyncBed();
    await bed.connected();
    bed.writeCard();
    const system = bed.site.identity.acsSystemId;
    bed.backend.identity = 'another one';
    bed.backend.acsSystemId = crypto.randomUUID();
    bed.addUsers(1);
    await bed.pass(HOUR, 5000);
    expect(bed.sync.status()).toMatchObject({ state: 'stopped', problem: { trouble: 'other_system' } });
    expect(bed.sync.status().hint).toBe('The backend is not the one of this desk: encoderctl sync status.');
    expect(bed.sync.status().problem?.message).toContain(system);
    expect(bed.site.identity.acsSystemId).toBe(system);
    const hellos = bed.backend.callsOf('hello').length;
    const others = bed.backend.calls.length - hellos;
    await bed.pass(HOUR, 5000);
    expect(bed.backend.callsOf('hello').length - hellos).toBe(12);
    expect(bed.backend.calls.length - bed.backend.callsOf('hello').length).toBe(others);
    bed.backend.identity = 'workspace system';
    await bed.pass(6 * MINUTE, 5000);
    expect(bed.sync.status()).toMatchObject({ state: 'working', waiting: 0 });
  });
});
