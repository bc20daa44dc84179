import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { CardSite } from '../../../../src/card/program.ts';
import type { SiteKeyVersion } from '../../../../src/card/site-keys.ts';
import type { CardEncoder, PresentedCard } from '../../../../src/encoder/contract.ts';
import type { HostLimits } from '../../../../src/encoder/host/limits.ts';
import type { CardImage, WriteProgress } from '../../../../src/model/card-record.ts';
import { BLANK } from './fixtures/field.ts';
import { isAlive, never, Watched } from './watched.ts';

const key = (fill: number) => new Uint8Array(16).fill(fill);

const KEYS: SiteKeyVersion = {
  version: 3,
  keys: {
    record: key(1),
    ntag_password: key(2),
    classic_read: key(3),
    classic_write: key(4),
    desfire_master: key(5),
    desfire_write: key(6),
    desfire_read: key(7),
    desfire_picc: key(8),
  },
};

/** What the driver of fixtures/writes.ts does with its card stands in the site's id. */
function site(siteId: string): CardSite {
  const formats = [
    { format: 'ntag', isPasswordProtected: true },
    { format: 'mifare_classic', sectors: [1, 2], hasDirectory: false },
    { format: 'mifare_desfire', applicationId: 0xf51ced, piccMasterKey: 'leave' },
    { format: 'uid_only' },
  ] as const;
  return { siteId, formats, keys: [KEYS] };
}

const IMAGE: CardImage = {
  kind: 'record',
  format: 'ntag',
  record: {
    siteId: '8a1e4d3c-1f0b-4f43-9b0e-6a3f5f1c2d4e',
    credentialId: '0f8fad5b-d9cb-469f-a165-70867728950e',
    issueCounter: 2,
    startsAt: null,
    endsAt: 1_790_000_000_000,
    entrances: [1, 65_535],
    replacesLostCard: true,
  },
};

const note = (done: number, total = 2): WriteProgress => ({ phase: 'writing', done, total });

/** A journal that keeps what it is told, and says so when the first note comes. */
class Kept {
  readonly notes: WriteProgress[] = [];
  readonly #begun = Promise.withResolvers<void>();
  readonly begun = this.#begun.promise;

  note(progress: WriteProgress): void {
    this.notes.push(progress);
    this.#begun.resolve();
  }
}

const watch = (limits: Partial<HostLimits> = {}) => new Watched('writes', limits);

/** The card that lies on the left for ever. */
async function layCard(
  watched: Watched,
): Promise<{ readonly encoder: CardEncoder; readonly card: PresentedCard }> {
  const encoder = await watched.driver.open(await watched.arrival('left'), never());
  return { encoder, card: await encoder.awaitCard(never()) };
}

describe('a card behind a driver host', () => {
  test('is inspected: what is on it crosses whole', async () => {
    await using watched = watch();
    const { card } = await layCard(watched);
    expect(await card.inspect(site('ends'), never())).toEqual({ ...BLANK, facts: [['Sum', '36']] });
  });

  test('is written: the image goes over, and each note of its progress comes back', async () => {
    await using watched = watch();
    const { card } = await layCard(watched);
    const journal = new Kept();
    await card.write(site('ends'), IMAGE, journal, never());
    expect(journal.notes).toEqual([note(0), note(1), { phase: 'verifying', done: 2, total: 2 }]);
    const previous = { kind: 'previous', format: 'ntag', preimage: BLANK.preimage } as const;
    await card.write(site('ends'), previous, new Kept(), never());
    const images = watched.lines.filter((line) => line.message === 'the image');
    expect(images.map(({ fields }) => fields['image'])).toEqual([IMAGE, previous]);
    expect(images[0]?.fields['formats']).toEqual(site('ends').formats);
  });

  test('that is not written gives its reason after the notes', async () => {
    await using watched = watch();
    const { card } = await layCard(watched);
    const journal = new Kept();
    await expect(card.write(site('is refused'), IMAGE, journal, never())).rejects.toMatchObject({
      code: 'card_refused',
      message: 'page 4 is locked',
    });
    expect(journal.notes).toEqual([note(0)]);
  });

  test('leaves no key in the host once a call has ended, nor in its log', async () => {
    await using watched = watch();
    const { card } = await layCard(watched);
    await card.inspect(site('ends'), never());
    await card.inspect(site('ends'), never());
    const line = watched.lines.findLast(({ message }) => message === 'keys that were kept');
    expect(line?.fields['kept']).toEqual(Array(8).fill('00'.repeat(16)));
    expect(KEYS.keys.record).toEqual(key(1));
    const said = JSON.stringify(watched.lines);
    for (const bytes of Object.values(KEYS.keys)) {
      expect(said).not.toContain(Buffer.from(bytes).toString('hex'));
      expect(said).not.toContain([...bytes].join(','));
    }
  });

  test.each(['SIGINT', 'SIGHUP'] as const)(
    'is written to its end when %s comes, which a terminal sends to everybody in it',
    async (signal) => {
      await using watched = watch();
      const { card } = await layCard(watched);
      const journal = new Kept();
      const writing = card.write(site('takes its time'), IMAGE, journal, never());
      await journal.begun;
      expect(process.kill(watched.pids.at(-1) ?? 0, signal)).toBe(true);
      await writing;
      expect(journal.notes).toEqual([note(0), note(1)]);
      expect(watched.pids).toHaveLength(1);
    },
  );

  test('a journal that throws is told of at the end of the write, which nobody can stop', async () => {
    await using watched = watch();
    const { card } = await layCard(watched);
    const failure = new RangeError('the disk is full');
    let notes = 0;
    const journal = {
      note: () => {
        notes += 1;
        throw failure;
      },
    };
    await expect(card.write(site('ends'), IMAGE, journal, never())).rejects.toBe(failure);
    expect(notes).toBe(1);
    expect(watched.pids).toHaveLength(1);
  });
});

describe('an abort of a write behind a driver host', () => {
  test('before the first note ends it with the reason of the caller', async () => {
    await using watched = watch();
    const { card } = await layCard(watched);
    const abort = new AbortController();
    const journal = new Kept();
    const writing = card.write(site('heeds an abort'), IMAGE, journal, abort.signal);
    await watched.until(() => watched.lines.some(({ message }) => message === 'not begun'), 'it is there');
    const reason = new Error('the guest went for a walk');
    abort.abort(reason);
    await expect(writing).rejects.toBe(reason);
    expect(journal.notes).toEqual([]);
    await expect(card.write(site('ends'), IMAGE, journal, abort.signal)).rejects.toBe(reason);
    expect(watched.pids).toHaveLength(1);
  });

  test('after the first note changes nothing', async () => {
    await using watched = watch();
    const { card } = await layCard(watched);
    const abort = new AbortController();
    const journal = new Kept();
    const writing = card.write(site('hears of an abort too late'), IMAGE, journal, abort.signal);
    await journal.begun;
    abort.abort(new Error('too late'));
    await writing;
    expect(journal.notes).toEqual([note(0), note(1)]);
  });
});

describe('a driver host that fails while it writes', () => {
  test('told of every note that was made before it was killed, and then device_lost', async () => {
    await using watched = watch();
    for (let times = 1; times <= 3; times++) {
      const device = await watched.arrival('left', times);
      const encoder = await watched.driver.open(device, never());
      const card = await encoder.awaitCard(never());
      const journal = new Kept();
      const writing = card.write(site('kills its process'), IMAGE, journal, never());
      const seen = await writing.catch((error: unknown) => ({ error, notes: [...journal.notes] }));
      expect(seen).toMatchObject({ error: { code: 'device_lost' }, notes: [note(0), note(1)] });
      expect(card.removed.aborted).toBe(true);
      await watched.arrival('right', times + 1);
    }
  });

  test('may take longer as a whole than between two notes', async () => {
    await using watched = watch({ writeMs: 1_000 });
    const { card } = await layCard(watched);
    const journal = new Kept();
    await card.write(site('notes in time'), IMAGE, journal, never());
    expect(journal.notes).toHaveLength(5);
    expect(watched.pids).toHaveLength(1);
  });

  for (const [what, limits, within] of [
    ['falls silent', { writeMs: 300 }, 300],
    ['notes for ever', { writeMs: 300, longestWriteMs: 700 }, 700],
  ] as const) {
    test(`is killed when its driver ${what}`, async () => {
      await using watched = watch(limits);
      const { card } = await layCard(watched);
      const journal = new Kept();
      await expect(card.write(site(what), IMAGE, journal, never())).rejects.toMatchObject({
        code: 'device_timeout',
        message: `field did not answer the order "write" within ${within} ms`,
      });
      expect(journal.notes[0]).toEqual(note(0, journal.notes[0]?.total));
      await watched.arrival('left', 2);
      expect(isAlive(watched.pids[0] ?? 0)).toBe(false);
    });
  }
});

describe('a driver host that has to be killed', () => {
  test('lets a write on another device end first, and takes no more work', async () => {
    await using watched = watch();
    const { encoder, card } = await layCard(watched);
    const right = await watched.driver.open(await watched.arrival('right'), never());
    const stuck = await right.awaitCard(never());
    const journal = new Kept();
    const writing = card.write(site('takes its time'), IMAGE, journal, never());
    await journal.begun;
    await expect(stuck.read(never())).rejects.toMatchObject({ code: 'device_timeout' });
    await expect(stuck.read(never())).rejects.toMatchObject({ code: 'device_lost' });
    await writing;
    expect(journal.notes).toEqual([note(0), note(1)]);
    await watched.arrival('left', 2);
    expect(encoder.gone.aborted).toBe(true);
    expect(isAlive(watched.pids[0] ?? 0)).toBe(false);
  });
});

describe('the end of', () => {
  test('a driver host waits for a write that has begun', async () => {
    const watched = watch({ closeMs: 300 });
    const { card } = await layCard(watched);
    const journal = new Kept();
    const writing = card.write(site('takes its time'), IMAGE, journal, never());
    await journal.begun;
    await watched[Symbol.asyncDispose]();
    await writing;
    expect(journal.notes).toEqual([note(0), note(1)]);
    expect(watched.pids.map(isAlive)).toEqual([false]);
  });

  test('an encoder waits for a write that has begun', async () => {
    await using watched = watch({ closeMs: 300 });
    const { encoder, card } = await layCard(watched);
    const journal = new Kept();
    let isWritten = false;
    const writing = card.write(site('takes its time'), IMAGE, journal, never()).then(() => {
      isWritten = true;
    });
    await journal.begun;
    await encoder[Symbol.asyncDispose]();
    expect(isWritten).toBe(true);
    await writing;
    expect(watched.pids.map(isAlive)).toEqual([true]);
  });

  test('an encoder does not wait for a swipe: the write that waits for it ends by the closing', async () => {
    await using watched = new Watched('waits-for-swipe', { closeMs: 2_000, writeMs: 60_000 });
    const { encoder, card } = await layCard(watched);
    const journal = new Kept();
    const writing = card.write(site('swiped'), IMAGE, journal, never());
    const ended = expect(writing).rejects.toMatchObject({
      code: 'device_lost',
      message: 'the encoder was closed',
    });
    await journal.begun;
    await encoder[Symbol.asyncDispose]();
    await ended;
    expect(journal.notes).toEqual([{ ...note(0), awaitsSwipe: true }]);
    expect(watched.pids.map(isAlive)).toEqual([true]);
  });

  test('the daemon, killed, lets a write that has begun end', async () => {
    const stateDir = await mkdtemp(join(tmpdir(), 'orphan-writer-'));
    const entry = fileURLToPath(new URL('./fixtures/orphan-writer.ts', import.meta.url));
    const daemon = spawn(process.execPath, [entry, stateDir], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await once(createInterface({ input: daemon.stdout }), 'line');
      daemon.kill('SIGKILL');
      await once(daemon, 'exit');
      await expect.poll(() => existsSync(join(stateDir, 'written'))).toBe(true);
    } finally {
      await rm(stateDir, { recursive: true });
    }
  });
});
