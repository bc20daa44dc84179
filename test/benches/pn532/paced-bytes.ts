/**
 * Passes bytes on as a serial line does: each takes its time, and they stay in order. Pieces arrive when their last byte would. A timer is at most a millisecond
 * late, and that is not carried over to the next piece.
 */
export class PacedBytes {
  readonly #byteMs: number;
  readonly #deliver: (bytes: Uint8Array) => void;
  readonly #timers = new Set<NodeJS.Timeout>();
  #freeAt = 0;

  /** `byteMs`: 10 bits at so many baud; 0: at once. */
  constructor(byteMs: number, deliver: (bytes: Uint8Array) => void) {
    this.#byteMs = byteMs;
    this.#deliver = deliver;
  }

  send(bytes: Uint8Array): void {
    if (this.#byteMs === 0) {
      this.#deliver(bytes);
      return;
    }
    const now = performance.now();
    this.#freeAt = Math.max(this.#freeAt, now) + bytes.length * this.#byteMs;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#deliver(bytes);
    }, this.#freeAt - now);
    this.#timers.add(timer);
  }

  /** What is on its way is lost. */
  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
