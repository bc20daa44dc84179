import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Desk } from '../../stories/desk.ts';
import { LiveClient } from '../../stories/live-client.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await Desk.open({ config: { limits: { kept_changes: 1000 } } });
});
afterEach(async () => {
  vi.useRealTimers();
  const { errorLines } = desk;
  await desk[Symbol.asyncDispose]();
  expect(errorLines).toEqual([]);
});

const lastSequence = () => desk.inStore(({ changes }) => changes.last());

/** Writes changes into the store at once, as nothing on a desk could; the daemon notices as it does with any other process. */
function append(count: number, cardNumber = '1'): void {
  desk.inStore((store) =>
    store.transaction(() => {
      const card = { uid: '04112233445566', technology: 'ntag215' } as const;
      for (let n = 0; n < count; n += 1) {
        store.changes.append({ type: 'card.presented', encoderId: desk.encoderId, card, cardNumber }, n);
      }
    }),
  );
}

const counted = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

const makeUser = (full_name: string) =>
  desk.seam.acs.users.create({ acs_system_id: desk.systemId, full_name });

test('over 20 reconnects while 500 changes are made, none is lost and none comes twice', async () => {
  const begin = lastSequence();
  await using steady = await desk.live();
  await using other = await desk.live();
  const making = (async () => {
    for (let n = 0; n < 500; n += 1) await makeUser(`Guest ${n}`);
  })();

  const seen: number[] = [];
  for (let connection = 0; connection < 20; connection += 1) {
    const live = await desk.live(seen.at(-1) ?? begin);
    await live.until(() => live.sequences.length >= 20, 'batch of changes');
    // Cut in the middle of whatever is on its way.
    live.socket.terminate();
    await live.closed;
    seen.push(...live.sequences);
  }
  await making;
  const end = lastSequence();
  expect(end - begin).toBe(500);
  await using last = await desk.live(seen.at(-1) ?? begin);
  await Promise.all(
    [last, steady, other].map((live) =>
      live.until(() => seen.at(-1) === end || live.sequences.at(-1) === end, 'end'),
    ),
  );
  expect([...seen, ...last.sequences]).toEqual(counted(begin + 1, end));
  expect(steady.sequences).toEqual(counted(begin + 1, end));
  expect(other.changes).toEqual(steady.changes);
});

test('a change is heard only once it can be read', async () => {
  await using live = await desk.live();
  for (let n = 0; n < 20; n += 1) {
    const heard = live.next('event', () => true, live.frames.length);
    const made = live.ask('/acs/users/create', { acs_system_id: desk.systemId, full_name: `Reader ${n}` });
    const { event } = await heard;
    const acs_user_id = event.acs_user_id ?? '';
    expect(await live.ask('/acs/users/get', { acs_user_id })).toMatchObject({ ok: true });
    await made;
  }
});

describe('a reader that was away for too long', () => {
  test('is told to read everything anew, and hears what comes after', async () => {
    append(1150);
    while ((lastSequence() + 1) % 100 !== 0) append(1);
    await makeUser('The hundredth line prunes');
    const last = lastSequence();
    const keptAfter = desk.inStore(({ changes }) => changes.keptAfter());
    expect(last - keptAfter).toBe(1000);

    await using late = await desk.live(keptAfter - 1);
    await using inTime = await desk.live(keptAfter);
    const { sequence } = await late.next('resync_needed', () => true);
    expect(sequence).toBe(last);
    await inTime.until(() => inTime.sequences.at(-1) === last, 'the newest change');
    expect(inTime.sequences).toEqual(counted(keptAfter + 1, last));
    expect(late.sequences).toEqual([]);

    await makeUser('After');
    await Promise.all(
      [late, inTime].map((live) => live.until(() => live.sequences.at(-1) === last + 1, 'next')),
    );
    expect(late.sequences).toEqual([last + 1]);
  });

  test('is told so as well when it comes from the future of another store', async () => {
    const last = lastSequence();
    await using live = await desk.live(last + 1);
    expect(await live.next('resync_needed', () => true)).toMatchObject({ sequence: last });
    await makeUser('Next');
    await live.until(() => live.sequences.length > 0, 'next change');
    expect(live.sequences).toEqual([last + 1]);
  });
});

test('a reader that stops reading is closed with 4429, and resumes with nothing lost', async () => {
  const begin = lastSequence();
  await using slow = await LiveClient.connect(desk.url);
  slow.send({ type: 'authenticate', token: desk.token });
  await slow.next('authenticated', () => true);
  // 24 MB: more than the buffers between the two ends take.
  append(400, '7'.repeat(60_000));
  const end = lastSequence();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  slow.send({ type: 'subscribe', after: begin });
  slow.socket.pause();
  await vi.waitUntil(() => vi.getTimerCount() > 0, { timeout: 30_000, interval: 20 });
  vi.advanceTimersByTime(10_000);
  slow.socket.resume();
  expect(await slow.closed).toMatchObject({ code: 4429, reason: expect.stringMatching(/Too slow to read/) });
  expect(slow.sequences.length).toBeLessThan(400);
  vi.useRealTimers();
  await using again = await desk.live(slow.sequences.at(-1) ?? begin);
  await again.until(() => again.sequences.at(-1) === end, 'the rest');
  expect([...slow.sequences, ...again.sequences]).toEqual(counted(begin + 1, end));
});
