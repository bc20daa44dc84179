import { z } from 'zod';
import { actionAttempt } from '../../src/api/wire/action-attempt.ts';
import { cardWrite } from '../../src/api/wire/card-write.ts';
import { scanResult } from '../../src/api/wire/scan-result.ts';
import type { SimulatedCardOrder } from '../../src/encoder/contract.ts';
import type { CardWriteOutcome } from '../../src/model/card-write.ts';
import type { Desk } from './desk.ts';
import type { LiveAttempt, LiveClient } from './live-client.ts';
import type { Ending, Rest, TearDesk, TearPoint } from './tear-desk.ts';

const TIMEOUT_SECONDS = 60;
const DAY_MS = 86_400_000;

const envelope = z.object({ action_attempt: actionAttempt });

/** The hand that puts cards on the encoder. */
export interface TearHand {
  /** Resolves when the card lies there, or when `tear` has pulled it away again before it was known which card it is: then with `unseen`. */
  place(card: SimulatedCardOrder, tear?: TearPoint): Promise<'unseen' | undefined>;
  /** Resolves when the daemon knows that nothing lies there. */
  lift(): Promise<void>;
}

/** A daemon over its API, with whatever encoder; its clock is set forward by `pass`. */
export class TornHttpDesk implements TearDesk, AsyncDisposable {
  readonly live: LiveClient;
  readonly #desk: Desk;
  readonly #encoderId: string;
  readonly #hand: TearHand;
  readonly #clock: { now(): number; pass(milliseconds: number): void };
  readonly #userId: string;
  readonly #entranceIds: readonly string[];
  #isUnseen = false;

  private constructor(
    desk: Desk,
    live: LiveClient,
    { encoderId, hand, clock }: TornHttpDeskOptions,
    ids: { userId: string; entranceIds: readonly string[] },
  ) {
    this.#desk = desk;
    this.live = live;
    this.#encoderId = encoderId;
    this.#hand = hand;
    this.#clock = clock;
    this.#userId = ids.userId;
    this.#entranceIds = ids.entranceIds;
  }

  static async open(desk: Desk, options: TornHttpDeskOptions): Promise<TornHttpDesk> {
    const user = await desk.seam.acs.users.create({
      acs_system_id: desk.systemId,
      full_name: 'Ada Lovelace',
    });
    const entrances = await desk.seam.acs.entrances.list();
    const entranceIds = entrances.map(({ acs_entrance_id }) => acs_entrance_id);
    return new TornHttpDesk(desk, await desk.live(), options, { userId: user.acs_user_id, entranceIds });
  }

  async newCredential(): Promise<string> {
    const made = await this.#desk.seam.acs.credentials.create({
      acs_user_id: this.#userId,
      access_method: 'card',
      allowed_acs_entrance_ids: [...this.#entranceIds],
      starts_at: this.#inDays(1),
      ends_at: this.#inDays(30),
    });
    return made.acs_credential_id;
  }

  async prolong(acs_credential_id: string): Promise<void> {
    const { ends_at } = await this.#desk.seam.acs.credentials.get({ acs_credential_id });
    const later = new Date(Date.parse(ends_at ?? '') + DAY_MS).toISOString();
    await this.#desk.seam.acs.credentials.update({ acs_credential_id, ends_at: later });
  }

  async delete(acs_credential_id: string): Promise<void> {
    await this.#desk.seam.acs.credentials.delete({ acs_credential_id });
  }

  encode(acs_credential_id: string): Promise<string> {
    return this.#begin('/acs/encoders/encode_credential', { acs_credential_id, overwrite: true });
  }

  scan(): Promise<string> {
    return this.#begin('/acs/encoders/scan_credential', {});
  }

  async place(card: SimulatedCardOrder, tear?: TearPoint): Promise<void> {
    this.#isUnseen = (await this.#hand.place(card, tear)) === 'unseen';
  }

  lift(): Promise<void> {
    return this.#hand.lift();
  }

  async rest(attemptId: string): Promise<Rest> {
    if (this.#isUnseen) return 'unseen';
    const rested = await this.#next(attemptId, (attempt) => restOf(attempt) !== null);
    return restOf(rested) ?? 'error';
  }

  async end(attemptId: string): Promise<Ending> {
    const ended = await this.#next(attemptId, ({ status }) => status !== 'pending');
    if (ended.error !== null) {
      return { status: 'error', type: ended.error.type, reason: ended.error.reason, found: null };
    }
    const found = ended.action_type === 'SCAN_CREDENTIAL' ? foundIn(scanResult.parse(ended.result)) : null;
    return { status: 'success', type: null, reason: null, found };
  }

  async giveUp(attemptId: string): Promise<Ending> {
    this.#clock.pass(TIMEOUT_SECONDS * 1000);
    return this.end(attemptId);
  }

  async outcomes(card_uid: string): Promise<readonly (CardWriteOutcome | null)[]> {
    const list = z.object({ card_writes: z.array(cardWrite) });
    const { card_writes } = await this.#desk.raw.ask('/v1/card_writes/list', { card_uid, limit: 1000 }, list);
    return card_writes.map(({ outcome }) => outcome);
  }

  async issues(acs_credential_id: string): Promise<number> {
    const events = await this.#desk.seam.events.list({ since: '2000-01-01T00:00:00Z', acs_credential_id });
    const types: readonly string[] = ['acs_credential.issued', 'acs_credential.reissued'];
    return events.filter(({ event_type }) => types.includes(event_type)).length;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.live[Symbol.asyncDispose]();
  }

  async #begin(path: string, parameters: object): Promise<string> {
    const asked = { acs_encoder_id: this.#encoderId, timeout_seconds: TIMEOUT_SECONDS, ...parameters };
    return (await this.#desk.raw.ask(path, asked, envelope)).action_attempt.action_attempt_id;
  }

  async #next(attemptId: string, fits: (attempt: LiveAttempt) => boolean): Promise<LiveAttempt> {
    const change = await this.live.next(
      'action_attempt.changed',
      ({ action_attempt }) => action_attempt.action_attempt_id === attemptId && fits(action_attempt),
    );
    return change.action_attempt;
  }

  #inDays(days: number): string {
    return new Date(Math.floor(this.#clock.now() / 1000) * 1000 + days * DAY_MS).toISOString();
  }
}

export interface TornHttpDeskOptions {
  readonly encoderId: string;
  readonly hand: TearHand;
  /** The daemon's. */
  readonly clock: { now(): number; pass(milliseconds: number): void };
}

/** Null: the card is being worked on, or awaited. */
function restOf({ status, hint = '' }: LiveAttempt): Rest | null {
  if (status !== 'pending') return status;
  if (hint.includes('Put the same card back')) return 'put_card_back';
  return hint.includes('Place it again and leave it there') ? 'hold_card_still' : null;
}

function foundIn(result: z.output<typeof scanResult>): Ending['found'] {
  const { acs_credential_on_encoder: onEncoder, acs_credential_on_seam: onSeam, warnings } = result;
  const credentialId = onEncoder?.acs_credential_id;
  const isInSync = !warnings.some(
    ({ warning_code }) => warning_code === 'acs_credential_on_encoder_out_of_sync',
  );
  return {
    onCard: credentialId === undefined ? null : { credentialId, standing: onEncoder?.record_standing ?? '' },
    onSite: onSeam?.acs_credential_id ?? null,
    isInSync: credentialId !== undefined && isInSync,
  };
}
