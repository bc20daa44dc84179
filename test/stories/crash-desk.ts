import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect } from 'vitest';
import { z } from 'zod';
import { type EncoderdProcess, startEncoderd } from '../../scripts/encoderd-process.ts';
import { systemClock } from '../../src/clock.ts';
import { createApiKey } from '../../src/site/api-keys.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { checkedSeam, RawClient } from './raw-client.ts';
import type { CardOrder, StoryBench } from './story-desk.ts';

/** A daemon in a process of its own, which loses its power again and again. */
export class CrashDesk implements AsyncDisposable {
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

const envelope = z.object({ action_attempt: z.looseObject({ action_attempt_id: z.string() }) });

/** A guest, and an attempt to give them a card. */
export async function order({ raw, seam, systemId, encoderId }: StoryBench, parameters: object = {}) {
  const user = await seam.acs.users.create({ acs_system_id: systemId, full_name: 'Ada Lovelace' });
  const { acs_user_id } = user;
  const { action_attempt } = await raw.ask(
    '/acs/encoders/scan_to_assign_credential',
    { acs_encoder_id: encoderId, acs_user_id, ...parameters },
    envelope,
  );
  return { acs_user_id, action_attempt_id: action_attempt.action_attempt_id };
}

/** The attempt, once it has ended. */
export async function ended({ seam }: StoryBench, action_attempt_id: string) {
  const look = () => seam.actionAttempts.get({ action_attempt_id }, { waitForActionAttempt: false });
  await expect.poll(async () => (await look()).status, { interval: 10 }).not.toBe('pending');
  return look();
}
