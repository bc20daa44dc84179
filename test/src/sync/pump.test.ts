import { describe, expect, test } from 'vitest';
import type { Verdict } from '../../../src/model/sync.ts';
import { dropMessage, retryMessage } from '../../../src/site/outbox.ts';
import { updateUser } from '../../../src/site/users.ts';
import { StorageError } from '../../../src/store/errors.ts';
import type { Store } from '../../../src/store/store.ts';
import {
  answerLost,
  type BackendCall,
  busy,
  type Fault,
  failing,
  unreachable,
} from '../../benches/scripted-backend.ts';
import { temporaryFolder } from '../site/site-bed.ts';
import { ERROR, SyncBed, userState, WARN } from './sync-bed.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** A fault of deliveries only: the backend answers everything else. */
const ofDeliveries =
  (fault: (call: BackendCall) => Fault): ((call: BackendCall) => Fault) =>
  (call) =>
    call.operation === 'deliver' ? fault(call) : null;

const namesOf = (call: BackendCall) => call.messages.map(({ change }) => change.fields['fullName']?.to);

describe('what waits in the outbox', () => {
  test('is told in deliveries of as many as the backend takes, eight at once at most', async () => {
    const bed = new SyncBed({ mostAtOnce: 10 });
    await bed.connected();
    bed.addUsers(300);
    await bed.passUntil(() => bed.counts.waiting === 0, MINUTE, 50);
    const deliveries = bed.backend.callsOf('deliver');
    expect(deliveries.every(({ messages }) => messages.length <= 10)).toBe(true);
    expect(deliveries).toHaveLength(30);
    expect(bed.backend.mostUnderWay).toBeGreaterThanOrEqual(8);
    expect(bed.backend.mostUnderWay).toBeLessThanOrEqual(9);
    expect(bed.backend.effects).toHaveLength(300);
  });

  test('is told a moment after it happened, without anybody asking in between', async () => {
    const bed = new SyncBed();
    await bed.connected();
    bed.addUsers(3);
    await bed.calm();
    expect(bed.backend.callsOf('deliver')).toEqual([]);
    await bed.pass(50, 50);
    expect(bed.backend.callsOf('deliver').map(namesOf)).toEqual([['Guest 1', 'Guest 2', 'Guest 3']]);
    expect(bed.counts).toEqual({ waiting: 0, refused: 0 });
  });

  test('is not read at all while the backend cannot be reached', async () => {
    let reads = 0;
    const counting = (store: Store): Store => ({
      ...store,
      outbox: {
        ...store.outbox,
        waiting: (after, limit) => {
          reads += 1;
          return store.outbox.waiting(after, limit);
        },
      },
    });
    const bed = new SyncBed({ wrap: counting });
    await bed.connected();
    bed.backend.fault = () => unreachable;
    await bed.pass(MINUTE);
    reads = 0;
    bed.addUsers(500);
    await bed.pass(10 * MINUTE);
    expect(reads).toBe(0);
    expect(bed.counts.waiting).toBe(500);
    expect(bed.backend.callsOf('deliver')).toEqual([]);
  });

  test('goes through three hours without the backend, which is asked ever less often, and is all told after', async () => {
    const chances: number[] = [];
    const bed = new SyncBed({
      chance: () => {
        chances.push(Math.random());
        return chances.at(-1) ?? 0;
      },
    });
    await bed.connected();
    const began = bed.site.clock.now();
    const callsBefore = bed.backend.calls.length;
    bed.backend.fault = () => unreachable;
    for (let at = 0; at < 36; at += 1) {
      bed.addUsers(10, `Guest of slice ${at}`);
      await bed.pass(5 * MINUTE);
    }
    const calls = bed.backend.calls.slice(callsBefore);
    // 8 to get to five minutes, then one in 2.5 minutes on average.
    expect(calls.length).toBeGreaterThan(40);
    expect(calls.length).toBeLessThan(140);
    const gaps = calls.slice(1).map(({ at }, index) => at - (calls[index]?.at ?? 0));
    for (const [index, gap] of gaps.entries()) {
      expect(gap).toBeGreaterThanOrEqual(SECOND);
      expect(gap).toBeLessThanOrEqual(Math.min(5 * MINUTE, 2 ** (index + 1) * SECOND) + SECOND);
    }
    expect(Math.max(...gaps)).toBeGreaterThan(3 * MINUTE);
    // Nobody tells anything before somebody has said hello.
    expect(new Set(calls.slice(2).map(({ operation }) => operation))).toEqual(new Set(['hello']));
    expect(bed.sync.status()).toMatchObject({
      state: 'offline',
      waiting: 360,
      hint: 'Works offline; 360 results are waiting.',
      problem: { trouble: 'unreachable' },
    });
    expect(bed.sync.status().problem?.since).toBeLessThan(began + 20 * SECOND);
    expect(bed.logged(WARN)).toEqual(['the backend cannot be used: the desk works offline']);
    bed.backend.fault = () => null;
    await bed.passUntil(() => bed.counts.waiting === 0, 5 * MINUTE);
    expect(bed.backend.effects).toHaveLength(360);
    expect(bed.sync.status()).toMatchObject({ state: 'working', problem: null, hint: null });
    expect(chances.length).toBeGreaterThan(40);
  });

  test('leaves a backend alone for as long as it asks, whoever asked', async () => {
    const bed = new SyncBed({ chance: () => 0 });
    await bed.connected();
    bed.addUsers(3);
    bed.backend.fault = ofDeliveries(() => busy(90 * SECOND));
    await bed.pass(SECOND, 50);
    const [first] = bed.backend.callsOf('deliver');
    const before = bed.backend.calls.length;
    bed.backend.fault = () => null;
    await bed.pass(88 * SECOND);
    expect(bed.backend.calls).toHaveLength(before);
    expect(bed.sync.status()).toMatchObject({ state: 'offline', problem: { trouble: 'busy' } });
    await bed.pass(3 * SECOND);
    expect(bed.counts.waiting).toBe(0);
    expect((bed.backend.callsOf('deliver').at(-1)?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(
      90 * SECOND,
    );
  });

  test('waits as long as after any failure when the backend asks for less', async () => {
    const bed = new SyncBed({ chance: () => 1 });
    await bed.connected();
    bed.addUsers(1);
    bed.backend.fault = () => busy(10);
    await bed.pass(500, 50);
    const before = bed.backend.calls.length;
    await bed.pass(1400, 50);
    expect(bed.backend.calls).toHaveLength(before);
    await bed.pass(500, 50);
    expect(bed.backend.calls.length).toBeGreaterThan(before);
  });
});

describe('a backend that fails at everything it is told', () => {
  test('is told by one call at a time after five failures in a row, until one succeeds', async () => {
    const bed = new SyncBed({ mostAtOnce: 1, chance: () => 1 });
    await bed.connected();
    bed.addUsers(100);
    let underWay = 0;
    const together: number[] = [];
    bed.backend.fault = ofDeliveries(() => {
      underWay = bed.backend.callsOf('deliver').length;
      return failing;
    });
    for (let round = 0; round < 10; round += 1) {
      const before = bed.backend.callsOf('deliver').length;
      await bed.passUntil(() => bed.backend.callsOf('deliver').length > before, HOUR, 250);
      await bed.calm();
      together.push(bed.backend.callsOf('deliver').length - before);
    }
    expect(together.slice(0, 5)).toEqual([8, 8, 8, 8, 8]);
    expect(together.slice(5)).toEqual([1, 1, 1, 1, 1]);
    expect(underWay).toBe(45);
    expect(bed.sync.status()).toMatchObject({ state: 'offline', problem: { trouble: 'failing' } });
    expect(bed.counts).toEqual({ waiting: 100, refused: 0 });
    bed.backend.fault = () => null;
    await bed.passUntil(() => bed.counts.waiting === 0, HOUR);
    expect(bed.sync.status()).toMatchObject({ state: 'working', problem: null });
    expect(bed.backend.effects).toHaveLength(100);
  });

  test('for hours has nothing refused', async () => {
    const bed = new SyncBed({ mostAtOnce: 20 });
    await bed.connected();
    bed.addUsers(60);
    bed.backend.fault = ofDeliveries(() => failing);
    await bed.pass(6 * HOUR, 2000);
    expect(bed.counts).toEqual({ waiting: 60, refused: 0 });
    bed.backend.fault = () => null;
    await bed.passUntil(() => bed.counts.waiting === 0, HOUR);
    expect(bed.backend.effects).toHaveLength(60);
  });
});

describe('a message at which the backend fails', () => {
  test('is found among others, which are taken; and is refused in the end, with what waits for it behind it', async () => {
    const bed = new SyncBed({ mostAtOnce: 20 });
    await bed.connected();
    const [, poisoned = ''] = bed.addUsers(30);
    updateUser(bed.site, { acsUserId: poisoned }, { fullName: 'Guest 2 with another name' });
    const isPoison = (call: BackendCall) => namesOf(call).includes('Guest 2');
    bed.backend.fault = ofDeliveries((call) => (isPoison(call) ? failing : null));
    await bed.passUntil(() => bed.counts.waiting === 2, MINUTE);
    expect(bed.backend.effects).toHaveLength(29);
    for (let at = 0; bed.counts.refused === 0 && at < 200; at += 1) {
      bed.addUsers(1, `Later ${at}`);
      await bed.pass(MINUTE);
    }
    expect(bed.counts).toEqual({ waiting: 1, refused: 1 });
    const { rows } = bed.site.store.outbox.refused({ after: 0, limit: 10 });
    expect(rows).toMatchObject([
      { change: { id: poisoned, action: 'created' }, refusal: { code: 'backend_error' } },
    ]);
    expect(rows[0]?.refusal?.message).toContain('The backend answered 500.');
    const alone = bed.backend.callsOf('deliver').filter(isPoison);
    expect(alone.slice(1).every(({ messages }) => messages.length === 1)).toBe(true);
    expect(alone.length).toBeGreaterThanOrEqual(11);
    expect(alone.length).toBeLessThanOrEqual(14);
    expect(bed.sync.status()).toMatchObject({
      state: 'working',
      refused: 1,
      hint: 'The backend refused 1 change: encoderctl sync refused.',
    });
    expect(bed.logged(WARN)).toEqual(['the backend refused a change: see encoderctl sync refused']);
    expect(bed.lines.find(({ level }) => level === WARN)).toMatchObject({ code: 'backend_error' });
  });

  test('is shown as a problem, with the backend’s words, when it is the only one', async () => {
    const bed = new SyncBed();
    await bed.connected();
    bed.addUsers(1);
    bed.backend.fault = ofDeliveries(() => failing);
    await bed.passUntil(() => bed.sync.status().problem !== null, 3 * MINUTE);
    expect(bed.sync.status()).toMatchObject({
      state: 'offline',
      waiting: 1,
      problem: { trouble: 'failing', message: 'The backend answered 500.', retryAt: expect.any(Number) },
      hint: 'Works offline; 1 result is waiting.',
    });
    await bed.pass(HOUR, 2000);
    expect(bed.sync.status().problem).not.toBeNull();
    expect(bed.counts).toEqual({ waiting: 1, refused: 0 });
  });

  test('does not wait for its time when somebody wakes the line', async () => {
    const bed = new SyncBed({ chance: () => 1 });
    await bed.connected();
    bed.addUsers(1);
    bed.backend.fault = ofDeliveries(() => failing);
    await bed.pass(2 * HOUR, 2000);
    bed.backend.fault = () => null;
    bed.sync.wake();
    await bed.until(() => bed.counts.waiting === 0);
  });
});

describe('changes of one thing', () => {
  /** A user who was renamed so often after being made, and a user besides. */
  function chain(bed: SyncBed, length: number): string {
    const [id = ''] = bed.addUsers(1, 'Renamed');
    for (let at = 2; at <= length; at += 1)
      updateUser(bed.site, { acsUserId: id }, { fullName: `Name ${at}` });
    bed.addUsers(1, 'Beside');
    return id;
  }

  test('go in one delivery, in their order', async () => {
    const bed = new SyncBed();
    await bed.connected();
    const id = chain(bed, 10);
    await bed.calm();
    await bed.pass(50, 50);
    expect(bed.backend.callsOf('deliver')).toHaveLength(1);
    expect(bed.counts).toEqual({ waiting: 0, refused: 0 });
    expect(bed.backend.effects).toHaveLength(11);
    expect(bed.backend.things.get(`acs_user ${id}`)?.state).toMatchObject({ fullName: 'Name 10' });
  });

  test('wait behind the one of them that is refused, and go on when it is dropped', async () => {
    const bed = new SyncBed();
    await bed.connected();
    const refusal = { code: 'taken_above', message: 'It is taken.', fields: [], rivalId: null } as const;
    bed.backend.refusal = ({ change }) =>
      change.fields['fullName']?.to === 'Name 5' ? { verdict: 'refused', refusal } : null;
    chain(bed, 10);
    await bed.pass(MINUTE);
    expect(bed.backend.callsOf('deliver')).toHaveLength(1);
    expect(bed.counts).toEqual({ waiting: 5, refused: 1 });
    expect(bed.backend.effects).toHaveLength(5);
    const [message] = bed.site.store.outbox.refused({ after: 0, limit: 10 }).rows;
    dropMessage(bed.site, message?.id ?? '');
    await bed.pass(20 * SECOND);
    expect(bed.counts).toEqual({ waiting: 0, refused: 0 });
    expect(bed.backend.callsOf('deliver')).toHaveLength(2);
    expect(bed.backend.effects).toHaveLength(10);
  });

  test('are told again at once where the backend knows the thing under another id, and did not judge the rest', async () => {
    const bed = new SyncBed();
    await bed.connected();
    const backendId = crypto.randomUUID();
    bed.backend.change({ kind: 'acs_user', id: backendId }, userState('There already'));
    bed.backend.refusal = ({ change, attempts }) => {
      if (change.action === 'created') return { verdict: 'same_as', backendId };
      return attempts === 1 ? { verdict: 'not_judged' } : null;
    };
    const [id = ''] = bed.addUsers(1, 'Made here');
    updateUser(bed.site, { acsUserId: id }, { fullName: 'Renamed' });
    await bed.calm();
    await bed.pass(50, 50);
    await bed.calm();
    const told = bed.backend
      .callsOf('deliver')
      .map(({ messages }) => messages.map(({ change }) => change.id));
    expect(told).toEqual([[id, id], [backendId]]);
    expect(bed.counts).toEqual({ waiting: 0, refused: 0 });
  });

  test('go one by one where the backend takes one at a time', async () => {
    const bed = new SyncBed({ mostAtOnce: 1 });
    await bed.connected();
    chain(bed, 4);
    await bed.passUntil(() => bed.counts.waiting === 0, MINUTE, 50);
    expect(bed.backend.callsOf('deliver').map(({ messages }) => messages.length)).toEqual([1, 1, 1, 1, 1]);
  });

  test('that it does not judge, though they wait for nobody, are a failure, and told ever less often', async () => {
    const bed = new SyncBed({ chance: () => 1 });
    await bed.connected();
    bed.backend.refusal = () => ({ verdict: 'not_judged' });
    bed.addUsers(1);
    await bed.pass(10 * MINUTE);
    expect(bed.backend.callsOf('deliver').length).toBeLessThan(15);
    expect(bed.sync.status()).toMatchObject({
      state: 'offline',
      waiting: 1,
      problem: { trouble: 'failing', message: expect.stringContaining('did not judge') },
    });
  });
});

describe('what the backend refuses', () => {
  const refused: Verdict = {
    verdict: 'refused',
    refusal: { code: 'taken_above', message: 'The name is taken.', fields: ['fullName'], rivalId: null },
  };

  test.each([
    ['retried', (bed: SyncBed, id: string) => retryMessage(bed.site, id), ['Guest 1', 'New name']],
    ['dropped', (bed: SyncBed, id: string) => dropMessage(bed.site, id), ['New name']],
  ])(
    'holds up what comes later about the same thing, which goes on when it is %s',
    async (_, decide, told) => {
      const bed = new SyncBed();
      await bed.connected();
      bed.backend.refusal = ({ change }) => (change.fields['fullName']?.to === 'Guest 1' ? refused : null);
      const [held = ''] = bed.addUsers(2);
      await bed.pass(SECOND, 50);
      updateUser(bed.site, { acsUserId: held }, { fullName: 'New name' });
      bed.addUsers(1, 'Later');
      await bed.pass(MINUTE);
      expect(bed.counts).toEqual({ waiting: 1, refused: 1 });
      expect(bed.backend.effects).toHaveLength(2);
      const [message] = bed.site.store.outbox.refused({ after: 0, limit: 10 }).rows;
      bed.backend.refusal = () => null;
      decide(bed, message?.id ?? '');
      await bed.pass(20 * SECOND);
      expect(bed.counts).toEqual({ waiting: 0, refused: 0 });
      const about = bed.backend.effects.filter(({ change }) => change.id === held);
      expect(about.map(({ change }) => change.fields['fullName']?.to)).toEqual(told);
    },
  );

  test('holds that up also where it was read before, and after a restart', async () => {
    const bed = new SyncBed();
    await bed.connected();
    bed.backend.refusal = ({ change }) => (change.action === 'created' ? refused : null);
    const [held = ''] = bed.addUsers(1);
    updateUser(bed.site, { acsUserId: held }, { fullName: 'New name' });
    await bed.calm();
    await bed.pass(50, 50);
    expect(bed.counts).toEqual({ waiting: 1, refused: 1 });
    await bed.stop();
    bed.start();
    await bed.pass(MINUTE);
    expect(bed.counts).toEqual({ waiting: 1, refused: 1 });
    expect(bed.backend.callsOf('deliver')).toHaveLength(1);
  });
});

describe('the answer to a delivery', () => {
  test('that is lost after the backend acted is asked for again, under the same ids', async () => {
    const bed = new SyncBed();
    await bed.connected();
    let lost = 0;
    bed.backend.fault = ofDeliveries(() => {
      lost += 1;
      return lost <= 3 ? answerLost : null;
    });
    bed.addUsers(5);
    await bed.passUntil(() => bed.counts.waiting === 0, MINUTE);
    const deliveries = bed.backend.callsOf('deliver');
    expect(deliveries).toHaveLength(4);
    expect(new Set(deliveries.map(({ messages }) => messages.map(({ id }) => id).join()))).toHaveProperty(
      'size',
      1,
    );
    expect(deliveries.map(({ messages }) => messages[0]?.attempts)).toEqual([1, 2, 3, 4]);
    expect(bed.backend.effects).toHaveLength(5);
  });

  test('that comes when the desk is gone is asked for by the next one, under the same ids', async () => {
    const folder = temporaryFolder();
    const bed = new SyncBed({ folder });
    await bed.connected();
    bed.addUsers(2);
    // The process ends between the answer and its commit: the signal fires while the answer is on its way.
    let isKilled = false;
    bed.backend.fault = ofDeliveries(() => {
      isKilled = true;
      void bed.stop();
      return null;
    });
    await bed.pass(100, 50);
    await bed.until(() => isKilled);
    await bed.stop();
    expect(bed.backend.effects).toHaveLength(2);
    expect(bed.counts.waiting).toBe(2);
    expect(bed.waiting.map(({ attempts }) => attempts)).toEqual([1, 1]);
    bed.backend.fault = () => null;
    bed.start();
    await bed.until(() => bed.counts.waiting === 0);
    const [first, second] = bed.backend.callsOf('deliver');
    expect(second?.messages.map(({ id }) => id)).toEqual(first?.messages.map(({ id }) => id));
    expect(second?.messages.map(({ attempts }) => attempts)).toEqual([2, 2]);
    expect(bed.backend.effects).toHaveLength(2);
  });

  test('that says too little is none', async () => {
    const bed = new SyncBed();
    await bed.connected();
    const { deliver } = bed.backend;
    let isShort = true;
    bed.backend.deliver = async (messages, signal) => {
      const verdicts = await deliver.call(bed.backend, messages, signal);
      const answer = isShort ? verdicts.slice(1) : verdicts;
      isShort = false;
      return answer;
    };
    bed.addUsers(2);
    await bed.passUntil(() => bed.counts.waiting === 0, MINUTE);
    expect(bed.backend.effects).toHaveLength(2);
    expect(bed.logged(ERROR)).toEqual([]);
  });

  test('that makes this program stumble is somebody’s to look at, and holds up nobody else', async () => {
    const bed = new SyncBed({ mostAtOnce: 1 });
    await bed.connected();
    const { deliver } = bed.backend;
    bed.backend.deliver = (messages, signal) => {
      if (messages[0]?.change.fields['fullName']?.to === 'Guest 1') throw new TypeError('no such thing');
      return deliver.call(bed.backend, messages, signal);
    };
    bed.addUsers(3);
    await bed.passUntil(() => bed.counts.waiting === 1, MINUTE);
    expect(bed.logged(ERROR)).toContain('a delivery to the backend broke');
  });
});

describe('a disk that does not serve', () => {
  test('is tried again, and nothing is told twice for it', async () => {
    let isFull = false;
    const bed = new SyncBed({
      wrap: (store) => ({
        ...store,
        transaction: (work) => {
          if (isFull) throw new StorageError('database or disk is full');
          return store.transaction(work);
        },
      }),
    });
    await bed.connected();
    bed.addUsers(2);
    bed.backend.fault = ofDeliveries(() => {
      isFull = true;
      return null;
    });
    await bed.pass(5 * SECOND, 250);
    expect(bed.counts.waiting).toBe(2);
    isFull = false;
    bed.backend.fault = () => null;
    await bed.passUntil(() => bed.counts.waiting === 0, MINUTE);
    expect(bed.backend.callsOf('deliver')).toHaveLength(1);
    expect(bed.logged(ERROR)).toContain('the disk does not serve the sync with the backend, trying again');
  });
});
