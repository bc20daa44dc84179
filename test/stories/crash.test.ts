import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type EncoderdProcess, startEncoderd } from '../../scripts/encoderd-process.ts';
import { systemClock } from '../../src/clock.ts';
import { createApiKey } from '../../src/site/api-keys.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { LiveClient } from './live-client.ts';
import { checkedSeam, RawClient } from './raw-client.ts';
import { credentialOf } from './scan-stories.ts';
import { type CardOrder, newCard, type StoryBench, StoryDesk } from './story-desk.ts';

/** A daemon in a process of its own, which loses its power again and again. */
class CrashDesk implements AsyncDisposable {
  readonly stateDir = mkdtempSync(join(tmpdir(), 'encoderd-crash-'));
  readonly #file = join(this.stateDir, 'encoderd.db');
  #daemon: EncoderdProcess | null = null;
  #token = '';
  #encoderId = '';
  #systemId = '';

  static async open(): Promise<CrashDesk> {
    const desk = new CrashDesk();
    await desk.start();
    using store = openSqliteStore(desk.#file);
    const order = { name: 'front desk', scopes: ['read', 'scan', 'manage'] } as const;
    desk.#token = createApiKey(store, order, systemClock.now()).token;
    const [encoder] = await desk.bench.seam.acs.encoders.list();
    desk.#encoderId = encoder?.acs_encoder_id ?? '';
    desk.#systemId = encoder?.acs_system_id ?? '';
    return desk;
  }

  get bench(): StoryBench {
    const { url } = this.#running;
    const raw = new RawClient(url, this.#token);
    const acs_encoder_id = this.#encoderId;
    return {
      raw,
      seam: checkedSeam(url, this.#token),
      encoderId: this.#encoderId,
      systemId: this.#systemId,
      placeCard: (card: CardOrder) => raw.post('/acs/encoders/simulate/place_card', { acs_encoder_id, card }),
      removeCard: () => raw.post('/acs/encoders/simulate/remove_card', { acs_encoder_id }),
    };
  }

  async start(): Promise<void> {
    const environment = { ENCODERD_STATE_DIR: this.stateDir, ENCODERD_DRIVERS: 'virtual' };
    this.#daemon = await startEncoderd(environment);
  }

  /** SIGKILL, and a new daemon on what is left. */
  async crash(change: (file: Database.Database) => void = () => {}): Promise<void> {
    await this.#running.kill();
    expect(this.#running.output.filter((line) => /"level":(50|60)/.test(line))).toEqual([]);
    this.checkFile();
    const file = new Database(this.#file);
    change(file);
    file.close();
    await this.start();
  }

  /** The file is whole, and no rule that holds over all of it is broken. */
  checkFile(): void {
    using file = openRead(this.#file);
    expect(file.rows('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    expect(file.rows('PRAGMA foreign_key_check')).toEqual([]);
    expect(
      file.rows('SELECT card_number FROM acs_credentials GROUP BY card_number HAVING count(*) > 1'),
    ).toEqual([]);
    const counted = file.rows(
      'SELECT min(sequence) AS first, max(sequence) AS last, count(*) AS n FROM changes',
    );
    const { first, last, n } = z.object({ first: z.int(), last: z.int(), n: z.int() }).parse(counted[0]);
    expect(first).toBe(1);
    expect(last).toBe(n);
    // An attempt that ended well and the credential that it gave are one commit.
    const ended = file.rows(
      "SELECT attempt ->> '$.result.credential.id' AS id FROM action_attempts WHERE attempt ->> '$.result.kind' = 'assigned'",
    );
    const issued = file.rows(
      'SELECT acs_credential_id AS id FROM acs_credentials WHERE card_number IS NOT NULL',
    );
    expect(new Set(ended.map(({ id }) => id))).toEqual(new Set(issued.map(({ id }) => id)));
  }

  lastSequence(): number {
    using store = openSqliteStore(this.#file);
    return store.changes.last();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#daemon?.kill();
    rmSync(this.stateDir, { recursive: true, force: true });
  }

  get #running(): EncoderdProcess {
    if (this.#daemon === null) throw new Error('The daemon is not running.');
    return this.#daemon;
  }
}

function openRead(path: string) {
  const file = new Database(path, { readonly: true });
  return {
    rows: (sql: string) => z.array(z.record(z.string(), z.unknown())).parse(file.prepare(sql).all()),
    [Symbol.dispose]: () => {
      file.close();
    },
  };
}

let desk: CrashDesk;
beforeEach(async () => {
  desk = await CrashDesk.open();
});
afterEach(() => desk[Symbol.asyncDispose]());

const envelope = z.object({ action_attempt: z.looseObject({ action_attempt_id: z.string() }) });

/** A guest, and an attempt to give them a card. */
async function order({ raw, seam, systemId, encoderId }: StoryBench, parameters: object = {}) {
  const user = await seam.acs.users.create({ acs_system_id: systemId, full_name: 'Ada Lovelace' });
  const { acs_user_id } = user;
  const { action_attempt } = await raw.ask(
    '/acs/encoders/scan_to_assign_credential',
    { acs_encoder_id: encoderId, acs_user_id, ...parameters },
    envelope,
  );
  return { acs_user_id, action_attempt_id: action_attempt.action_attempt_id };
}

/** Every moment in CI, and a taste of them elsewhere. */
const STEP = process.env['CI'] === 'true' ? 1 : 4;

describe('the daemon is killed', () => {
  test('right after it took an order: the order waits, and is served', async () => {
    const { acs_user_id, action_attempt_id } = await order(desk.bench);
    const before = desk.lastSequence();
    await desk.crash();
    await using story = await StoryDesk.open(desk.bench);
    expect(await story.look(action_attempt_id)).toMatchObject({ phase: 'awaiting_card', status: 'pending' });
    // The same request again is still the one that waits.
    const again = await story.assign({ acs_user_id });
    expect(again.action_attempt_id).toBe(action_attempt_id);
    const card = newCard();
    expect(credentialOf(await story.serve(again, card))).toMatchObject({ acs_user_id });
    expect(story.live.sequences[0]).toBeGreaterThan(before);
    expect(story.live.sequences).toEqual(story.live.sequences.toSorted((a, b) => a - b));
  });

  test('between an order and its first step: it begins', async () => {
    const { action_attempt_id } = await order(desk.bench);
    // That moment is too short to hit from outside; this is what the store has in it.
    await desk.crash((file) => {
      const queued = "UPDATE action_attempts SET attempt = json_set(attempt, '$.phase', 'queued')";
      expect(file.prepare(queued).run().changes).toBe(1);
    });
    await using story = await StoryDesk.open(desk.bench);
    expect(await story.look(action_attempt_id)).toMatchObject({ phase: 'awaiting_card' });
    await story.place(newCard());
    credentialOf(await story.end(action_attempt_id));
  });

  test('while a card was read: it is asked for again', async () => {
    const card = newCard();
    const { acs_user_id, action_attempt_id } = await order(desk.bench);
    const { raw, encoderId: acs_encoder_id } = desk.bench;
    const faults = { delay_ms: 2000 };
    {
      await using live = await LiveClient.open(raw.url, raw.token ?? '');
      await raw.post('/acs/encoders/simulate/place_card', { acs_encoder_id, card: { ...card, faults } });
      await live.next('action_attempt.changed', ({ action_attempt }) => action_attempt.phase === 'reading');
    }
    await desk.crash();
    await using story = await StoryDesk.open(desk.bench);
    expect(await story.look(action_attempt_id)).toMatchObject({ phase: 'awaiting_card', status: 'pending' });
    await story.place(card);
    expect(credentialOf(await story.end(action_attempt_id))).toMatchObject({ acs_user_id });
  });

  test('while the last card was to be taken away: it still is', async () => {
    const card = newCard();
    const first = await order(desk.bench);
    await desk.bench.placeCard(card);
    await ended(first.action_attempt_id);
    const { acs_user_id, action_attempt_id } = await order(desk.bench);
    const look = () => desk.bench.raw.post('/action_attempts/get', { action_attempt_id });
    await expect.poll(async () => JSON.stringify((await look()).body)).toContain('Take the card away first');
    await desk.crash();
    await using story = await StoryDesk.open(desk.bench);
    expect(await story.look(action_attempt_id)).toMatchObject({ phase: 'awaiting_card' });
    await story.place(card);
    await story.hint(action_attempt_id, /Take the card away first/);
    await story.lift();
    await story.place(newCard());
    expect(credentialOf(await story.end(action_attempt_id))).toMatchObject({ acs_user_id });
  });

  test('while time ran out: the attempt has ended when it is back', async () => {
    const { action_attempt_id } = await order(desk.bench, { timeout_seconds: 1 });
    await desk.crash();
    await using story = await StoryDesk.open(desk.bench);
    await expect
      .poll(async () => (await story.look(action_attempt_id)).error, { timeout: 3000 })
      .toMatchObject({
        type: 'action_attempt_expired',
        reason: 'no_card_presented',
      });
  });

  test('after an attempt ended, well or not: it stays as it was told', async () => {
    const bench = desk.bench;
    const good = await order(bench);
    await bench.placeCard(newCard());
    const succeeded = await ended(good.action_attempt_id);
    await bench.removeCard();
    const bad = await order(bench);
    await bench.raw.post('/action_attempts/cancel', { action_attempt_id: bad.action_attempt_id });
    const failed = await ended(bad.action_attempt_id);
    await desk.crash();
    expect(await ended(good.action_attempt_id)).toEqual(succeeded);
    expect(await ended(bad.action_attempt_id)).toEqual(failed);
    const { seam } = desk.bench;
    expect(await seam.acs.credentials.list({ acs_user_id: good.acs_user_id })).toHaveLength(1);
    expect(await seam.acs.credentials.list({ acs_user_id: bad.acs_user_id })).toEqual([]);
    // What was acknowledged is there: users, and the order in which things happened.
    expect(await seam.acs.users.list({ search: 'Ada' })).toHaveLength(2);
  });

  test('at moments around the reading of a card: served once, or read again', async () => {
    await desk.bench.placeCard(newCard());
    let unfinished = 0;
    for (let round = 0; round < 15; round += STEP) {
      await desk.bench.removeCard();
      const card = newCard();
      const { acs_user_id, action_attempt_id } = await order(desk.bench);
      const { raw, encoderId: acs_encoder_id } = desk.bench;
      const faults = { delay_ms: 20 };
      await raw.post('/acs/encoders/simulate/place_card', { acs_encoder_id, card: { ...card, faults } });
      // Three exchanges of 20 ms lie ahead; the kill falls before, between and after them.
      await new Promise((resolve) => setTimeout(resolve, (round + Math.random()) * 5));
      await desk.crash();

      await using story = await StoryDesk.open(desk.bench);
      const found = await story.look(action_attempt_id);
      if (found.status === 'pending') {
        unfinished += 1;
        expect(found.phase).toBe('awaiting_card');
        await story.place(card);
        credentialOf(await story.end(action_attempt_id));
      }
      const held = await desk.bench.seam.acs.credentials.list({ acs_user_id });
      expect(held).toMatchObject([{ card_number: BigInt(`0x${card.uid}`).toString() }]);
    }
    desk.checkFile();
    expect(unfinished).toBeGreaterThan(0);
  }, 60_000);
});

/** The attempt, once it has ended. */
async function ended(action_attempt_id: string) {
  const look = () =>
    desk.bench.seam.actionAttempts.get({ action_attempt_id }, { waitForActionAttempt: false });
  await expect.poll(async () => (await look()).status, { interval: 10, timeout: 5000 }).not.toBe('pending');
  return look();
}
