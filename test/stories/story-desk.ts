import type { SeamHttp } from '@seamapi/http';
import { z } from 'zod';
import { actionAttempt } from '../../src/api/wire/action-attempt.ts';
import { uidOfNumber } from '../../src/model/card.ts';
import type { SwipingHand } from '../contracts/encoder-desk.ts';
import { type LiveAttempt, LiveClient } from './live-client.ts';
import type { RawAnswer, RawClient } from './raw-client.ts';

/** A card that a simulated card can be, whatever stands between it and the daemon. */
export interface CardOrder {
  readonly technology:
    | 'mifare_classic_1k'
    | 'mifare_desfire'
    | 'ntag213'
    | 'ntag215'
    | 'ntag216'
    | 'magnetic_stripe'
    | 'proximity'
    | 'uid_only';
  /** Upper-case hexadecimal. */
  readonly uid: string;
}

/** One encoder of a running daemon, and a hand that puts cards on it. */
export interface StoryBench {
  readonly seam: SeamHttp;
  readonly raw: RawClient;
  readonly encoderId: string;
  readonly systemId: string;
  /** Where cards are swiped: who swipes them. `placeCard` swipes a card once. */
  readonly swipes?: SwipingHand;
  /** The card lies there when this resolves; the daemon may see it later. */
  placeCard(order: CardOrder): Promise<unknown>;
  /** The card is away when this resolves; the daemon may see it later. Nothing there is fine. */
  removeCard(): Promise<unknown>;
}

const envelope = z.object({ action_attempt: actionAttempt });

/** What a story works with: a bench, a socket that hears everything, and an encoder that is left as it was found. */
export class StoryDesk implements AsyncDisposable {
  readonly bench: StoryBench;
  readonly live: LiveClient;
  readonly #begun: string[] = [];
  #uid: string | null = null;

  private constructor(bench: StoryBench, live: LiveClient) {
    this.bench = bench;
    this.live = live;
  }

  static async open(bench: StoryBench): Promise<StoryDesk> {
    const { url, token = '' } = bench.raw;
    return new StoryDesk(bench, await LiveClient.open(url, token));
  }

  /** A card that nobody has seen before: of this kind where cards lie on the encoder, else a magnetic stripe. */
  newCard(technology?: CardOrder['technology']): CardOrder {
    return newCard(this.bench.swipes === undefined ? technology : 'magnetic_stripe');
  }

  /** A new guest; returns the user's id. */
  async guest(fullName: string): Promise<string> {
    const { seam, systemId } = this.bench;
    const user = await seam.acs.users.create({ acs_system_id: systemId, full_name: fullName });
    return user.acs_user_id;
  }

  /** Asks for a scan; any parameter may be added. */
  scan(parameters: object = {}): Promise<LiveAttempt> {
    return this.#begin('/acs/encoders/scan_credential', parameters);
  }

  /** Asks to assign the next card. */
  assign(parameters: object): Promise<LiveAttempt> {
    return this.#begin('/acs/encoders/scan_to_assign_credential', parameters);
  }

  /** Asks to write a credential on the next card. */
  encode(parameters: object): Promise<LiveAttempt> {
    return this.#begin('/acs/encoders/encode_credential', parameters);
  }

  /** Asks to make the next card blank. */
  erase(parameters: object = {}): Promise<LiveAttempt> {
    return this.#begin('/v1/encoders/erase_card', parameters);
  }

  /** Asks what the next card is, and what is on it. */
  inspect(): Promise<LiveAttempt> {
    return this.#begin('/v1/encoders/inspect_card', {});
  }

  /** Asks to assign, whatever the answer. */
  tryToAssign(parameters: object): Promise<RawAnswer> {
    const { raw, encoderId } = this.bench;
    return raw.post('/acs/encoders/scan_to_assign_credential', { acs_encoder_id: encoderId, ...parameters });
  }

  /** Puts a card on the encoder, and resolves when the daemon has seen it. */
  async place(order: CardOrder): Promise<void> {
    const before = this.live.frames.length;
    await this.bench.placeCard(order);
    this.#uid = order.uid;
    await this.live.next('card.presented', ({ card }) => card.uid === order.uid, before);
  }

  /** Takes the card away, and resolves when the daemon has seen that. */
  async lift(): Promise<void> {
    const uid = this.#uid;
    if (uid === null) return;
    await this.bench.removeCard();
    this.#uid = null;
    await this.live.until(() => this.#lastCardNews === 'card.removed', `card.removed of ${uid}`);
  }

  /** Puts a card on the encoder, waits for the attempt's end, and takes the card away. Where cards are swiped, it is swiped as often as the encoder asks. */
  async serve({ action_attempt_id }: LiveAttempt, order: CardOrder): Promise<LiveAttempt> {
    await this.place(order);
    const { swipes } = this.bench;
    if (swipes !== undefined) swipes.isWilling = true;
    const ended = await this.end(action_attempt_id);
    if (swipes !== undefined) swipes.isWilling = false;
    await this.lift();
    return ended;
  }

  /** The attempt, once it has ended. */
  async end(attemptId: string): Promise<LiveAttempt> {
    const change = await this.live.next('action_attempt.changed', ({ action_attempt }) => {
      return action_attempt.action_attempt_id === attemptId && action_attempt.status !== 'pending';
    });
    return change.action_attempt;
  }

  /** Resolves once the attempt says this to the person at the desk. */
  async hint(attemptId: string, words: RegExp): Promise<void> {
    await this.live.next('action_attempt.changed', ({ action_attempt: { action_attempt_id, hint } }) => {
      return action_attempt_id === attemptId && hint !== undefined && words.test(hint);
    });
  }

  /** Resolves once the attempt is in this phase and says this. */
  async phase(attemptId: string, phase: LiveAttempt['phase'], words: RegExp): Promise<void> {
    await this.live.next('action_attempt.changed', ({ action_attempt: attempt }) => {
      const { hint = '' } = attempt;
      return attempt.action_attempt_id === attemptId && attempt.phase === phase && words.test(hint);
    });
  }

  /** The attempt as it is now. */
  async look(attemptId: string): Promise<LiveAttempt> {
    const path = '/action_attempts/get';
    return (await this.bench.raw.ask(path, { action_attempt_id: attemptId }, envelope)).action_attempt;
  }

  async cancel(attemptId: string): Promise<LiveAttempt> {
    const path = '/action_attempts/cancel';
    return (await this.bench.raw.ask(path, { action_attempt_id: attemptId }, envelope)).action_attempt;
  }

  /** Leaves nothing on the encoder and nothing waiting for it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.lift();
    await this.bench.removeCard();
    for (const action_attempt_id of this.#begun) {
      await this.bench.raw.post('/action_attempts/cancel', { action_attempt_id });
    }
    await this.live[Symbol.asyncDispose]();
  }

  /** The last thing that was told of a card on this encoder. */
  get #lastCardNews(): string | undefined {
    return this.live.changes.findLast((change) => {
      const isOfCard = change.type === 'card.presented' || change.type === 'card.removed';
      return isOfCard && change.acs_encoder_id === this.bench.encoderId;
    })?.type;
  }

  async #begin(path: string, parameters: object): Promise<LiveAttempt> {
    const { raw, encoderId } = this.bench;
    const asked = { acs_encoder_id: encoderId, ...parameters };
    const { action_attempt } = await raw.ask(path, asked, envelope);
    this.#begun.push(action_attempt.action_attempt_id);
    return action_attempt;
  }
}

let cards = 0;

/** A card that nobody has seen before, with a uid of 7 bytes (NXP's begin with 04), or a number of ten digits. */
export function newCard(technology: CardOrder['technology'] = 'ntag215'): CardOrder {
  cards += 1;
  if (technology === 'magnetic_stripe' || technology === 'proximity') {
    const drawn = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
    return { technology, uid: uidOfNumber(1_000_000_000n + BigInt(drawn)) };
  }
  const random = crypto.getRandomValues(Buffer.alloc(4)).toString('hex').toUpperCase();
  return { technology, uid: `04${random}${cards.toString(16).toUpperCase().padStart(4, '0')}` };
}

/** The number on a card: its uid, most significant byte first, in decimal digits. */
export function numberOf(card: CardOrder): string {
  return BigInt(`0x${card.uid}`).toString();
}
