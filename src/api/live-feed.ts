import type { WebSocket } from 'ws';
import type { Site } from '../site/site.ts';
import { toChange } from './wire/change.ts';

/** How many changes are on the way to a reader at once, and how long they may take to leave, milliseconds. */
const BATCH = 100;
const BATCH_WITHIN_MS = 10_000;

/**
 * The changes as one reader gets them: all of them, in order, none twice. A batch leaves before the next is read from
 * the store, so a slow reader costs no memory, and one that has stopped reading is noticed.
 */
export class LiveFeed {
  readonly #socket: WebSocket;
  readonly #site: Site;
  readonly #onStuck: () => void;
  /** The sequence of the last change that was sent; null: nobody has subscribed. */
  #sentUpTo: number | null = null;
  #isSending = false;

  /** `onStuck` is called when a batch did not leave in time. */
  constructor(socket: WebSocket, site: Site, onStuck: () => void) {
    this.#socket = socket;
    this.#site = site;
    this.#onStuck = onStuck;
  }

  /** Goes on after this sequence. */
  subscribe(after: number): void {
    this.#sentUpTo = after;
    this.wake();
  }

  /** There may be new changes. */
  wake(): void {
    if (!this.#isSending) void this.#send();
  }

  async #send(): Promise<void> {
    this.#isSending = true;
    try {
      while (this.#sentUpTo !== null && this.#socket.readyState === this.#socket.OPEN) {
        const frames = this.#nextFrames(this.#sentUpTo);
        if (frames.length === 0) return;
        if (!(await this.#leave(frames))) {
          this.#onStuck();
          return;
        }
      }
    } finally {
      this.#isSending = false;
    }
  }

  /** The next batch, as it goes out; notes that it did. */
  #nextFrames(sentUpTo: number): readonly string[] {
    const { changes } = this.#site.store;
    const last = changes.last();
    // Older than what is kept, or from another store's future: either way changes are missing.
    if (sentUpTo < changes.keptAfter() || sentUpTo > last) {
      this.#sentUpTo = last;
      return [JSON.stringify({ type: 'resync_needed', sequence: last })];
    }
    const batch = changes.after(sentUpTo, BATCH);
    this.#sentUpTo = batch.at(-1)?.sequence ?? sentUpTo;
    return batch.map((change) => JSON.stringify(toChange(change, this.#site)));
  }

  /** Resolves with whether the frames left for the network in time. */
  #leave(frames: readonly string[]): Promise<boolean> {
    const left = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => left.resolve(false), BATCH_WITHIN_MS);
    const last = frames.length - 1;
    frames.forEach((text, index) => {
      this.#socket.send(text, index < last ? undefined : () => left.resolve(true));
    });
    return left.promise.finally(() => clearTimeout(timer));
  }
}
