import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type EncoderdProcess, startEncoderd } from '../../scripts/encoderd-process.ts';
import { systemClock } from '../../src/clock.ts';
import type { CardTechnology } from '../../src/model/card.ts';
import { createApiKey } from '../../src/site/api-keys.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { type LiveAttempt, LiveClient } from './live-client.ts';
import { RawClient } from './raw-client.ts';

/** How often the daemon is killed, for each technology: all of it in CI, a taste of it elsewhere. */
const KILLS = process.env['CI'] === 'true' ? 130 : 2;
/** Of each answer of the card, so that an encode lasts long enough to be hit anywhere. */
const CARD_DELAY_MS = 2;

const TECHNOLOGIES = ['ntag215', 'mifare_classic_1k', 'mifare_desfire', 'uid_only'] as const;

const envelope = z.object({ action_attempt: z.looseObject({ action_attempt_id: z.string() }) });
const credentialEnvelope = z.object({ acs_credential: z.looseObject({ acs_credential_id: z.string() }) });

/** What the kills hit, for the line that is printed at the end. */
const hits = new Map<string, number>();

/** A daemon in a process of its own, whose power is cut again and again while it writes cards. */
class PowerCuts {
  readonly #stateDir = mkdtempSync(join(tmpdir(), 'encoderd-kill-'));
  readonly #file = join(this.#stateDir, 'encoderd.db');
  #daemon: EncoderdProcess | null = null;
  #token = '';
  #encoderId = '';
  #userId = '';
  #entranceIds: readonly string[] = [];
  /** How long an encode of a card of this technology takes. */
  #encodeMs = 50;

  async open(): Promise<void> {
    await this.#start();
    using store = openSqliteStore(this.#file);
    const order = { name: 'front desk', scopes: ['read', 'scan', 'encode', 'manage'] } as const;
    this.#token = createApiKey(store, order, systemClock.now()).token;
    const list = z.object({
      acs_encoders: z.array(z.object({ acs_encoder_id: z.string(), acs_system_id: z.string() })),
    });
    const [encoder] = (await this.raw.ask('/acs/encoders/list', {}, list)).acs_encoders;
    this.#encoderId = encoder?.acs_encoder_id ?? '';
    const user = z.object({ acs_user: z.object({ acs_user_id: z.string() }) });
    const guest = { acs_system_id: encoder?.acs_system_id, full_name: 'Ada Lovelace' };
    this.#userId = (await this.raw.ask('/acs/users/create', guest, user)).acs_user.acs_user_id;
    const entrances = z.object({ acs_entrances: z.array(z.object({ acs_entrance_id: z.string() })) });
    this.#entranceIds = (await this.raw.ask('/acs/entrances/list', {}, entrances)).acs_entrances.map(
      ({ acs_entrance_id }) => acs_entrance_id,
    );
  }

  get raw(): RawClient {
    return new RawClient(this.#daemon?.url ?? '', this.#token);
  }

  /** One guest more: an encode, a SIGKILL at a random moment of it, and the same card put back. */
  async cutOnce(technology: CardTechnology): Promise<void> {
    const { acs_credential_id } = (
      await this.raw.ask(
        '/acs/credentials/create',
        { access_method: 'card', acs_user_id: this.#userId, allowed_acs_entrance_ids: this.#entranceIds },
        credentialEnvelope,
      )
    ).acs_credential;
    await this.#place(technology, CARD_DELAY_MS);
    const acknowledged = await this.#encodeAndCut(acs_credential_id);
    await this.#start();

    await using live = await LiveClient.open(this.#daemon?.url ?? '', this.#token);
    const after = await this.#attempt(acknowledged.id);
    count(`${technology}: ${acknowledged.phase} when it was cut, then ${after.status}`);
    if (acknowledged.isSuccess) expect(after.status).toBe('success');
    await this.#place(technology, 0);
    if (after.status === 'pending') await this.#end(live, after.action_attempt_id);
    if (after.status === 'error') {
      expect(after.error?.type).toBe('encoding_interrupted');
      const again = await this.#encode(acs_credential_id);
      expect(await this.#end(live, again)).toMatchObject({ status: 'success' });
    }
    await this.#expectInSync(live, acs_credential_id);
    await this.raw.post('/acs/encoders/simulate/remove_card', { acs_encoder_id: this.#encoderId });
    this.#checkFile(acs_credential_id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#daemon?.kill();
    rmSync(this.#stateDir, { recursive: true, force: true });
  }

  async #start(): Promise<void> {
    this.#daemon = await startEncoderd({
      ENCODERD_STATE_DIR: this.#stateDir,
      ENCODERD_DRIVERS: 'virtual',
      ENCODERD_LOG_LEVEL: 'error',
    });
  }

  async #place(technology: CardTechnology, delay_ms: number): Promise<void> {
    const card = { technology, id: technology, faults: { delay_ms } };
    const answer = await this.raw.post('/acs/encoders/simulate/place_card', {
      acs_encoder_id: this.#encoderId,
      card,
    });
    expect(answer.status).toBe(200);
  }

  async #encode(acs_credential_id: string): Promise<string> {
    const order = { acs_encoder_id: this.#encoderId, acs_credential_id, overwrite: true };
    const { action_attempt } = await this.raw.ask('/acs/encoders/encode_credential', order, envelope);
    return action_attempt.action_attempt_id;
  }

  /** Begins an encode and kills the daemon somewhere in it; says what a client had heard by then. */
  async #encodeAndCut(acs_credential_id: string) {
    const live = await LiveClient.open(this.#daemon?.url ?? '', this.#token);
    const began = performance.now();
    const id = await this.#encode(acs_credential_id);
    const isOver = ({ action_attempt }: { action_attempt: LiveAttempt }) =>
      action_attempt.action_attempt_id === id && action_attempt.status !== 'pending';
    const ended = live.next('action_attempt.changed', isOver).then(
      () => performance.now() - began,
      () => null,
    );
    // A little more than the whole of it, so that its end is cut too. Chance is what is tested here.
    const took = await Promise.race([ended, delay(Math.random() * 1.2 * this.#encodeMs).then(() => null)]);
    if (took !== null) this.#encodeMs = (this.#encodeMs + took) / 2;
    await this.#daemon?.kill();
    await live[Symbol.asyncDispose]();
    const last = live.changes.findLast(
      (change) => change.type === 'action_attempt.changed' && change.action_attempt.action_attempt_id === id,
    );
    const attempt = last?.type === 'action_attempt.changed' ? last.action_attempt : null;
    if (attempt !== null && attempt.status === 'pending') this.#encodeMs *= 1.02;
    return { id, phase: attempt?.phase ?? 'unheard', isSuccess: attempt?.status === 'success' };
  }

  async #attempt(action_attempt_id: string): Promise<LiveAttempt> {
    const found = await this.raw.ask(
      '/action_attempts/get',
      { action_attempt_id },
      z.object({ action_attempt: z.custom<LiveAttempt>() }),
    );
    return found.action_attempt;
  }

  async #end(live: LiveClient, id: string): Promise<LiveAttempt> {
    const change = await live.next(
      'action_attempt.changed',
      ({ action_attempt }) => action_attempt.action_attempt_id === id && action_attempt.status !== 'pending',
    );
    return change.action_attempt;
  }

  async #expectInSync(live: LiveClient, acs_credential_id: string): Promise<void> {
    const { action_attempt } = await this.raw.ask(
      '/acs/encoders/scan_credential',
      { acs_encoder_id: this.#encoderId },
      envelope,
    );
    const scanned = await this.#end(live, action_attempt.action_attempt_id);
    expect(scanned).toMatchObject({
      status: 'success',
      result: { acs_credential_on_seam: { acs_credential_id, is_issued: true, warnings: [] }, warnings: [] },
    });
  }

  /** The file is whole, the credential was issued once, and nothing is left to repair. */
  #checkFile(acs_credential_id: string): void {
    const file = new Database(this.#file, { readonly: true });
    try {
      expect(file.pragma('integrity_check', { simple: true })).toBe('ok');
      const rows = (sql: string, ...values: string[]) => file.prepare(sql).all(...values);
      expect(rows('SELECT card_uid FROM card_writes WHERE outcome IS NULL')).toEqual([]);
      expect(
        rows(
          "SELECT event_type FROM events WHERE acs_credential_id = ? AND event_type LIKE 'acs_credential.%issued'",
          acs_credential_id,
        ),
      ).toEqual([{ event_type: 'acs_credential.issued' }]);
    } finally {
      file.close();
    }
  }
}

function count(what: string): void {
  hits.set(what, (hits.get(what) ?? 0) + 1);
}

const cuts = new PowerCuts();
beforeAll(() => cuts.open());
afterAll(async () => {
  await cuts[Symbol.asyncDispose]();
  const total = [...hits.values()].reduce((sum, times) => sum + times, 0);
  console.log(`The daemon was killed ${total} times in an encode:`);
  for (const [what, times] of [...hits].toSorted()) console.log(`  ${times} x ${what}`);
});

describe('the daemon is killed while it writes a card:', () => {
  test.each(TECHNOLOGIES)(
    'a %s is repaired when it is put back, its credential issued once, and nothing acknowledged is lost',
    { timeout: KILLS * 20_000 },
    async (technology) => {
      for (let kill = 0; kill < KILLS; kill++) await cuts.cutOnce(technology);
    },
  );
});
