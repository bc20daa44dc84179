/** How much longer than planned a wait lasts at most. */
const MOST_PUT_OFF_MS = 3_000;

/** A deadline that can be put off for a while, and brought forward. */
export class Deadline {
  readonly #pass: () => void;
  readonly #lastMs: number;
  #atMs: number;
  #timer: NodeJS.Timeout;

  /** `pass` is called once, in so many milliseconds, unless it is ended before. */
  constructor(ms: number, pass: () => void) {
    this.#pass = pass;
    this.#atMs = performance.now() + ms;
    this.#lastMs = this.#atMs + MOST_PUT_OFF_MS;
    this.#timer = setTimeout(pass, ms);
  }

  /** It does not pass before so many milliseconds from now. */
  notBefore(ms: number): void {
    const atMs = Math.min(performance.now() + ms, this.#lastMs);
    if (atMs > this.#atMs) this.#moveTo(atMs);
  }

  /** It passes in so many milliseconds from now at the latest. */
  notAfter(ms: number): void {
    const atMs = performance.now() + ms;
    if (atMs < this.#atMs) this.#moveTo(atMs);
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #moveTo(atMs: number): void {
    clearTimeout(this.#timer);
    this.#atMs = atMs;
    this.#timer = setTimeout(this.#pass, Math.max(0, atMs - performance.now()));
  }
}
