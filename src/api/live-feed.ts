import type { WebSocket } from 'ws';
import type { ChangeFrames } from './change-frames.ts';

/** How long changes may take to leave, milliseconds. */
const BATCH_WITHIN_MS = 10_000;

/**
 * The changes as one reader gets them: all of them, in order, none twice. A batch leaves before the next is read from
 * the store, so a slow reader costs no memory, and one that has stopped reading is noticed.
 */
export class LiveFeed {
  readonly #socket: WebSocket;
  readonly #changes: ChangeFrames;
  readonly #onStuck: () => void;
  /** The sequence of the last change that was sent; null: nobody has subscribed. */
  #sentUpTo: number | null = null;
  #isSending = false;

  /** `onStuck` is called when a batch did not leave in time. */
  constructor(socket: WebSocket, changes: ChangeFrames, onStuck: () => void) {
    this.#socket = socket;
    this.#changes = changes;
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
        const frames = this.#changes.after(this.#sentUpTo);
        if (frames === null) return;
        this.#sentUpTo = frames.upTo;
        if (!(await this.#leave(frames.texts))) {
          this.#onStuck();
          return;
        }
        // What leaves at once leaves within this turn: others get theirs before the next batch.
        if (frames.texts.length > 1) await new Promise(setImmediate);
      }
    } finally {
      this.#isSending = false;
    }
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
