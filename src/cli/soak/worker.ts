import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { scannedCard } from '../card-block.ts';
import type { DaemonClient } from '../daemon-client.ts';
import { CommandError } from '../terminal.ts';
import type { Ledger } from './ledger.ts';
import type { SoakTally } from './tally.ts';

const attempt = z.looseObject({
  action_attempt_id: z.string(),
  status: z.enum(['pending', 'success', 'error']),
  phase: z.string(),
  hint_code: z.string().optional(),
  error: z.object({ reason: z.string() }).nullable(),
  result: z.unknown(),
});

const envelope = z.object({ action_attempt: attempt });

type Attempt = z.output<typeof attempt>;

/** Between two looks at an attempt. */
const LOOK_MS = 20;
/** An attempt that has not ended by then never will. */
const STUCK_MS = 60_000;
/** For each exchange, of a card that is pulled. */
const SLOW_MS = 8;
const TECHNOLOGIES = ['ntag215', 'mifare_classic_1k', 'mifare_desfire', 'ntag216'] as const;

/** The way to the daemon, which another one takes the place of with every restart. */
export interface Line {
  /** Resolves with the daemon that runs, or the next one. */
  daemon(): Promise<DaemonClient>;
}

export interface WorkerParts {
  readonly line: Line;
  readonly encoderId: string;
  readonly systemId: string;
  readonly ledger: Ledger;
  readonly tally: SoakTally;
  readonly signal: AbortSignal;
}

/** One person at one encoder, who scans, encodes, pulls cards away and puts them back, for ever. */
export class SoakWorker {
  readonly #parts: WorkerParts;
  readonly #cards: readonly { readonly id: string; readonly technology: string }[];
  #turn = 0;

  constructor(parts: WorkerParts) {
    this.#parts = parts;
    this.#cards = TECHNOLOGIES.map((technology) => ({ id: `${parts.encoderId}-${technology}`, technology }));
  }

  /** Works until the signal fires. Throws only for a mistake in the code, and for an attempt that never ends. */
  async work(): Promise<void> {
    while (!this.#parts.signal.aborted) {
      try {
        await this.#once();
      } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        // The daemon is restarted, or an encoder is away: both are part of it.
        this.#parts.tally.failed(error.details.type ?? 'daemon_away');
        await delay(LOOK_MS * 5);
      }
    }
  }

  async #once(): Promise<void> {
    this.#turn += 1;
    const card = this.#cards[this.#turn % this.#cards.length];
    if (card === undefined) return;
    const lot = Math.random();
    if (lot < 0.45) return this.#scan(card);
    if (lot < 0.8) return this.#encode(card, false);
    if (lot < 0.93) return this.#encode(card, true);
    return this.#erase(card);
  }

  async #scan(card: SoakCard): Promise<void> {
    const ended = await this.#attempt(card, '/acs/encoders/scan_credential', {}, false);
    if (ended.status !== 'success') return;
    const { acs_credential_on_encoder: found } = scannedCard.parse(ended.result);
    this.#parts.ledger.read(card.id, found.record_standing, found.acs_credential_id);
  }

  async #encode(card: SoakCard, isPulled: boolean): Promise<void> {
    const { ledger, systemId } = this.#parts;
    const daemon = await this.#parts.line.daemon();
    const { acs_user } = await daemon.call(
      '/acs/users/create',
      { acs_system_id: systemId, full_name: 'Soak' },
      z.object({ acs_user: z.looseObject({ acs_user_id: z.string() }) }),
    );
    const { acs_user_id } = acs_user;
    const { acs_credential } = await daemon.call(
      '/acs/credentials/create',
      { acs_user_id, access_method: 'card' },
      z.object({ acs_credential: z.looseObject({ acs_credential_id: z.string() }) }),
    );
    const { acs_credential_id } = acs_credential;
    ledger.began(card.id);
    const params = { acs_credential_id, overwrite: true };
    const ended = await this.#attempt(card, '/acs/encoders/encode_credential', params, isPulled);
    if (ended.status === 'success') ledger.encoded(card.id, acs_credential_id, ended.action_attempt_id);
  }

  async #erase(card: SoakCard): Promise<void> {
    this.#parts.ledger.began(card.id);
    const ended = await this.#attempt(card, '/v1/encoders/erase_card', { overwrite: true }, false);
    if (ended.status === 'success') this.#parts.ledger.erased(card.id, ended.action_attempt_id);
  }

  /** Puts the card there, asks, does what the daemon wants, and takes the card away. */
  async #attempt(card: SoakCard, path: `/${string}`, params: object, isPulled: boolean): Promise<Attempt> {
    const { encoderId, tally } = this.#parts;
    const began = performance.now();
    await this.#place(card, isPulled);
    const daemon = await this.#parts.line.daemon();
    const body = { acs_encoder_id: encoderId, timeout_seconds: 20, ...params };
    const { action_attempt } = await daemon.call(path, body, envelope);
    const ended = await this.#follow(card, action_attempt, isPulled);
    if (ended.status === 'success') tally.ok(performance.now() - began);
    else tally.failed(ended.error?.reason ?? 'unknown');
    await this.#take();
    return ended;
  }

  async #follow(card: SoakCard, begun: Attempt, isPulled: boolean): Promise<Attempt> {
    const { action_attempt_id } = begun;
    const deadline = performance.now() + STUCK_MS;
    let now = begun;
    let hasPulled = !isPulled;
    let lastHint: string | undefined;
    while (now.status === 'pending') {
      if (performance.now() > deadline)
        throw new Error(`attempt ${action_attempt_id} never ended: ${now.phase}`);
      const hint = now.hint_code;
      if (now.phase === 'writing' && !hasPulled) {
        hasPulled = true;
        this.#parts.tally.pulled += 1;
        await this.#take();
        // Now and then nobody puts it back, and the attempt ends by that.
        if (Math.random() < 0.8) await this.#place(card, false);
      } else if (hint !== lastHint && (hint === 'take_card_away' || hint === 'hold_card_still')) {
        await this.#take();
        await this.#place(card, false);
      }
      lastHint = hint;
      await delay(LOOK_MS);
      now = await this.#look(action_attempt_id);
    }
    return now;
  }

  /** Also across a restart: an attempt outlives the daemon. */
  async #look(action_attempt_id: string): Promise<Attempt> {
    for (let tries = 0; ; tries++) {
      const daemon = await this.#parts.line.daemon();
      try {
        return (await daemon.call('/action_attempts/get', { action_attempt_id }, envelope)).action_attempt;
      } catch (error) {
        const isAway = error instanceof CommandError && error.details.type === undefined;
        if (!isAway || tries > 500) throw error;
        await delay(LOOK_MS * 5);
      }
    }
  }

  async #place({ id, technology }: SoakCard, isSlow: boolean): Promise<void> {
    const faults = isSlow ? { faults: { delay_ms: SLOW_MS } } : {};
    const daemon = await this.#parts.line.daemon();
    const body = { acs_encoder_id: this.#parts.encoderId, card: { technology, id, ...faults } };
    await daemon.call('/acs/encoders/simulate/place_card', body, z.unknown());
  }

  async #take(): Promise<void> {
    const daemon = await this.#parts.line.daemon();
    const body = { acs_encoder_id: this.#parts.encoderId };
    await daemon.call('/acs/encoders/simulate/remove_card', body, z.unknown()).catch((error: unknown) => {
      if (!(error instanceof CommandError)) throw error;
    });
  }
}

interface SoakCard {
  readonly id: string;
  readonly technology: string;
}
