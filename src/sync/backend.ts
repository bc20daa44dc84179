import type { ResourceName } from '../model/resource.ts';
import type { MirrorItem, OutboxMessage, Verdict } from '../model/sync.ts';

/**
 * Whoever must learn what happens at this desk, and tells it what it must know: Seam's cloud, a property server, or, one day, a message
 * broker. Every call rejects with a BackendError when there was no answer that can be used, or with `signal.reason`; each may be repeated.
 */
export interface Backend {
  /** How many messages one call of `deliver` takes. */
  readonly mostAtOnce: number;
  hello(signal: AbortSignal): Promise<BackendHello>;
  /**
   * Tells it these, in this order; a later one may depend on an earlier one. Safe to repeat. Resolves with a verdict for each, in the same
   * order; the first is judged in any case.
   */
  deliver(messages: readonly OutboxMessage[], signal: AbortSignal): Promise<readonly Verdict[]>;
  /** A part of everything that it has, from `position` on (null: from the beginning); things come after those that they name. */
  walk(position: string | null, signal: AbortSignal): Promise<WalkPage>;
  /**
   * What changed since `cursor`. Rejects with HistoryDiffers when it knows of no such moment, and with HistoryForgotten when that is too long
   * ago: everything must be walked through.
   */
  news(cursor: string, signal: AbortSignal): Promise<NewsPage>;
  /** These things as they are now, in this order. */
  read(names: readonly ResourceName[], signal: AbortSignal): Promise<readonly MirrorItem[]>;
}

export interface BackendHello {
  /** Which backend it is: another one has another. */
  readonly identity: string;
  readonly workspaceId: string;
  readonly acsSystemId: string;
  readonly connectedAccountId: string | null;
  /** What its clock says, milliseconds since 1970, as near to the middle of the call as can be known; null: it does not say. */
  readonly time: number | null;
  /** Where its news begin that come after this call; null: it has none. */
  readonly cursor: string | null;
  /** How far it has heard this desk; null: it does not say. */
  readonly heard: HeardDesk | null;
}

/** How far a backend has heard a desk. */
export interface HeardDesk {
  /** As which of its desks it knows this one: one that is paired again is another. */
  readonly pairingId: string;
  /** The greatest sequence of the desk's messages that it has taken, or refused. */
  readonly highWaterMark: number;
}

export interface WalkPage {
  readonly items: readonly MirrorItem[];
  /** Where the next part begins; null: this was the last. */
  readonly position: string | null;
}

export interface NewsPage {
  readonly items: readonly MirrorItem[];
  readonly cursor: string;
  /** Whether there is more at once. */
  readonly hasMore: boolean;
}
