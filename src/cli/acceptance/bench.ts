import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { inspectedCard } from '../card-block.ts';
import type { DaemonClient } from '../daemon-client.ts';
import type { ListedEncoder } from '../encoders.ts';
import type { LiveMessage } from '../live-client.ts';
import { CommandError, EXIT } from '../terminal.ts';
import type { Feed } from './feed.ts';
import type { Hand } from './hand.ts';
import type { MadeThings } from './made-things.ts';

export const attemptShape = z.looseObject({
  action_attempt_id: z.string(),
  phase: z.string(),
  status: z.enum(['pending', 'success', 'error']),
  hint: z.string().optional(),
  hint_code: z.string().optional(),
  progress: z.object({ done: z.number(), total: z.number() }).optional(),
  error: z.object({ type: z.string(), message: z.string(), reason: z.string() }).nullable(),
  result: z.unknown(),
});

export type SeenAttempt = z.output<typeof attemptShape>;

const cardOn = z.object({ acs_encoder_id: z.string(), card: z.object({ uid: z.string() }) });

/** How an attempt ended well, and how soon after it was asked for. */
export interface Ended {
  readonly result: unknown;
  readonly attemptId: string;
  readonly tookMs: number;
}

/** What an attempt asks the daemon. */
export interface Asked {
  readonly path: `/${string}`;
  readonly params?: object;
  /** Called with each change of the attempt, before anything is done about it. True: it has done what the hint asks. */
  readonly onChange?: (attempt: SeenAttempt, atMs: number) => Promise<boolean>;
}

/** How long a person has for one attempt, seconds, and how much longer it is waited for its end. */
const ATTEMPT_SECONDS = 120;
const END_MS = 30_000;

/** What the functions of an acceptance test work with: one encoder of a running daemon, one card, and a hand for it. */
export class Bench {
  readonly daemon: DaemonClient;
  readonly encoder: ListedEncoder;
  readonly feed: Feed;
  readonly hand: Hand;
  readonly made: MadeThings;
  /** Whether what is on the card may be lost. */
  readonly mayDestroy: boolean;
  /** What lay on the card at first; null until it was looked at. */
  found: z.output<typeof inspectedCard> | null = null;
  /** What the encoder was asked for last. */
  #attemptId: string | null = null;

  constructor(parts: Pick<Bench, 'daemon' | 'encoder' | 'feed' | 'hand' | 'made' | 'mayDestroy'>) {
    this.daemon = parts.daemon;
    this.encoder = parts.encoder;
    this.feed = parts.feed;
    this.hand = parts.hand;
    this.made = parts.made;
    this.mayDestroy = parts.mayDestroy;
  }

  get encoderId(): string {
    return this.encoder.acs_encoder_id;
  }

  /** The uid of the card that lies there, as far as the daemon has said; undefined: none. */
  get lyingUid(): string | undefined {
    const last = this.feed.last((message) => this.isCardNews(message));
    return last?.type === 'card.presented' ? cardOn.parse(last).card.uid : undefined;
  }

  isCardNews(message: LiveMessage): boolean {
    if (message.type !== 'card.presented' && message.type !== 'card.removed') return false;
    return cardOn.safeParse(message).data?.acs_encoder_id === this.encoderId;
  }

  /** Has the card put there: its uid, and how long it took until the daemon had seen it, milliseconds. One that lies there already is fine. */
  async put(say: string, isSlow = false): Promise<{ readonly uid: string; readonly tookMs: number }> {
    if (this.hand.kind === 'person' && this.lyingUid !== undefined) return { uid: this.lyingUid, tookMs: 0 };
    const since = this.feed.now;
    const began = performance.now();
    await this.hand.put(say, isSlow);
    const { message, atMs } = await this.#cardNews(
      since,
      'card.presented',
      'No card was seen on the encoder.',
    );
    return { uid: cardOn.parse(message).card.uid, tookMs: atMs - began };
  }

  /** Has the card taken away: how long it took until the daemon had seen that, milliseconds. */
  async take(say: string): Promise<number> {
    const since = this.feed.now;
    const began = performance.now();
    await this.hand.take(say);
    const { atMs } = await this.#cardNews(
      since,
      'card.removed',
      'The daemon did not see that the card left.',
    );
    return atMs - began;
  }

  /**
   * Asks the encoder for something, has done what it wants of the person, and resolves with its good end. Throws CommandError, with the attempt's reason, when it fails.
   */
  async attempt({ path, params = {}, onChange }: Asked): Promise<Ended> {
    let since = this.feed.now;
    const began = performance.now();
    const body = { acs_encoder_id: this.encoderId, timeout_seconds: ATTEMPT_SECONDS, ...params };
    const begun = await this.daemon.call(path, body, z.object({ action_attempt: attemptShape }));
    const { action_attempt_id } = begun.action_attempt;
    this.#attemptId = action_attempt_id;
    let lastHint: string | undefined;
    for (;;) {
      const waitMs = ATTEMPT_SECONDS * 1_000 + END_MS;
      const { message, atMs } = await this.feed.next(
        since,
        (one) => isOf(one, action_attempt_id),
        waitMs,
        'The daemon says nothing more of what was asked.',
      );
      since = this.feed.after(message);
      const now = z.object({ action_attempt: attemptShape }).parse(message).action_attempt;
      if (now.status === 'success') {
        return { result: now.result, attemptId: action_attempt_id, tookMs: atMs - began };
      }
      if (now.error !== null) {
        const { message: why, type, reason } = now.error;
        throw new CommandError(why, EXIT.failed, { type, reason, action_attempt_id });
      }
      const isDone = onChange !== undefined && (await onChange(now, atMs));
      if (isDone || now.hint_code === lastHint) continue;
      lastHint = now.hint_code;
      await this.#follow(now.hint_code, now.hint ?? '');
    }
  }

  /** Does what the daemon wants of the person. */
  async #follow(hint: string | undefined, sentence: string): Promise<void> {
    switch (hint) {
      case 'take_card_away':
        await this.hand.take(sentence);
        return;
      case 'place_card':
        if (this.lyingUid === undefined) await this.hand.put(sentence);
        return;
      case 'place_card_again':
      case 'put_card_back':
        await this.hand.put(sentence);
        return;
      case 'hold_card_still':
        await this.hand.take(sentence);
        await this.hand.put(sentence);
        return;
      case 'swipe_again':
      case 'leave_card_there':
      case 'reconnect_encoder':
        this.hand.tell(sentence);
    }
  }

  /** Something that is only to be waited for, as long as lights are on. */
  pause(ms: number): Promise<void> {
    return delay(ms);
  }

  /** Ends a test in the middle: nothing waits for a card any more, and what was made is removed. What is still there, and why. */
  async abandon(): Promise<readonly string[]> {
    const ask = (path: string, params: object) =>
      this.daemon.call(path, params, z.unknown()).catch((error: unknown) => {
        if (!(error instanceof CommandError)) throw error;
      });
    if (this.#attemptId !== null) {
      await ask('/action_attempts/cancel', { action_attempt_id: this.#attemptId });
    }
    const left = await this.made.remove();
    if (this.hand.kind === 'simulated') {
      await ask('/acs/encoders/simulate/remove_card', { acs_encoder_id: this.encoderId });
    }
    return left;
  }

  #cardNews(since: number, type: string, otherwise: string) {
    const isIt = (message: LiveMessage) => message.type === type && this.isCardNews(message);
    return this.feed.next(since, isIt, this.hand.patienceMs, otherwise);
  }
}

function isOf(message: LiveMessage, attemptId: string): boolean {
  if (message.type !== 'action_attempt.changed') return false;
  const shape = z.object({ action_attempt: z.object({ action_attempt_id: z.string() }) });
  return shape.safeParse(message).data?.action_attempt.action_attempt_id === attemptId;
}
