import { describe, expect, onTestFinished, test } from 'vitest';
import type { Store } from '../../../src/store/store.ts';
import { addUser, temporaryFolder, waitingForBackend } from '../site/site-bed.ts';
import { CARD, Desk, idle, RECEPTION, SCAN, scanToAssign } from './desk.ts';

describe('a daemon that stops', () => {
  test('leaves the attempt that waits as it is, and takes it up again', async () => {
    const folder = temporaryFolder();
    const before = await Desk.open({ folder });
    const { id } = before.request(SCAN);
    await before.reaches(id, 'awaiting_card');
    await before.close();
    expect(before.attempt(id).phase).toBe('awaiting_card');
    const after = await Desk.open({ folder });
    after.attempts.resume();
    await after.asksFor(id, 'place_card');
    after.device.place(CARD);
    expect(await after.ends(id)).toMatchObject({ phase: 'succeeded' });
  });

  test('leaves the attempt whose card is read as it is, and begins again with it', async () => {
    const folder = temporaryFolder();
    const before = await Desk.open({ folder });
    const { id } = before.request(SCAN);
    before.placeSlow(CARD);
    await before.reaches(id, 'reading');
    const closing = before.close();
    before.driver.unplug('port-1');
    await closing;
    expect(before.attempt(id).phase).toBe('reading');
    const after = await Desk.open({ folder });
    after.attempts.resume();
    await after.reaches(id, 'awaiting_card');
    after.device.place(CARD);
    expect(await after.ends(id)).toMatchObject({ phase: 'succeeded' });
  });

  test('for longer than the attempt may wait ends it at the next start', async () => {
    const folder = temporaryFolder();
    const before = await Desk.open({ folder });
    const { id } = before.request(SCAN, RECEPTION, 5000);
    await before.close();
    const after = await Desk.open({ folder });
    after.clock.advance(5000);
    after.attempts.resume();
    expect(await after.ends(id)).toMatchObject({ reason: 'no_card_presented' });
  });

  test('takes up what ended before it stopped no more', async () => {
    const folder = temporaryFolder();
    const before = await Desk.open({ folder });
    const { id } = before.request(SCAN);
    before.device.place(CARD);
    const ended = await before.ends(id);
    await before.close();
    const after = await Desk.open({ folder });
    after.attempts.resume();
    after.device.place(CARD);
    await after.until(() => after.encoders.station(after.encoderId).card !== null);
    expect(after.attempt(id)).toEqual(ended);
  });

  test('runs an attempt once that came in before the others were taken up', async () => {
    const desk = await Desk.open();
    const { id } = desk.request(SCAN);
    desk.attempts.resume();
    desk.device.place(CARD);
    await desk.ends(id);
    await idle();
    expect(desk.phases(id)).toEqual(['queued', 'place_card', 'reading', 'succeeded']);
    expect(desk.device.cues).toEqual(['success']);
  });
});

describe('a disk that fails', () => {
  const full = new Error('database or disk is full');

  /** A store that fails as long as `isFull`: when an attempt is written, or only when all is to be committed. */
  function storeThatFills(when: 'at the attempt' | 'at the commit') {
    const disk = { isFull: false };
    const failNow = () => {
      if (disk.isFull) throw full;
    };
    let depth = 0;
    const wrapStore = (store: Store): Store => ({
      ...store,
      attempts: {
        ...store.attempts,
        update: (attempt) => {
          if (when === 'at the attempt') failNow();
          store.attempts.update(attempt);
        },
      },
      transaction: (work) => {
        depth += 1;
        try {
          return store.transaction(() => {
            const outcome = work();
            if (when === 'at the commit' && depth === 1) failNow();
            return outcome;
          });
        } finally {
          depth -= 1;
        }
      },
    });
    return { disk, wrapStore };
  }

  /** The next rejection that nobody handles: in the daemon it ends the process. */
  function nextCrash(): Promise<unknown> {
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    const giveBack = () => {
      process.removeAllListeners('unhandledRejection');
      for (const other of others) process.on('unhandledRejection', other);
    };
    onTestFinished(giveBack);
    return new Promise((resolve) => process.once('unhandledRejection', resolve));
  }

  test('refuses a request, and nothing of it is there', async () => {
    const { disk, wrapStore } = storeThatFills('at the commit');
    const desk = await Desk.open({ wrapStore });
    disk.isFull = true;
    expect(() => desk.request(SCAN)).toThrow(full);
    disk.isFull = false;
    expect(desk.site.store.attempts.live()).toEqual([]);
    const { id } = desk.request(SCAN);
    desk.device.place(CARD);
    expect(await desk.ends(id)).toMatchObject({ phase: 'succeeded' });
  });

  test.each(['at the attempt', 'at the commit'] as const)(
    'when the card is settled, %s, crashes the daemon; nothing is done and the card is nobody’s',
    async (when) => {
      const { disk, wrapStore } = storeThatFills(when);
      const folder = temporaryFolder();
      const desk = await Desk.open({ folder, wrapStore, settings: { hasBackend: true } });
      const ada = addUser(desk.site, 'Ada');
      const told = waitingForBackend(desk.site);
      const { id } = desk.request(scanToAssign(ada.id));
      const { slow } = desk.placeSlow(CARD);
      await desk.reaches(id, 'reading');
      const crash = nextCrash();
      disk.isFull = true;
      slow.resolve();
      expect(await crash).toBe(full);
      expect(desk.attempt(id).phase).toBe('reading');
      expect(desk.site.store.credentials.list({}, { after: 0, limit: 1 }).rows).toEqual([]);
      expect(waitingForBackend(desk.site)).toEqual(told);
      expect(told.map(({ kind, id }) => [kind, id])).toEqual([['acs_user', ada.id]]);
      expect(desk.device.cues).toEqual([]);

      disk.isFull = false;
      await desk.close();
      const restarted = await Desk.open({ folder });
      restarted.attempts.resume();
      restarted.device.place(CARD);
      expect(await restarted.ends(id)).toMatchObject({ result: { credential: { acsUserId: ada.id } } });
    },
  );
});
