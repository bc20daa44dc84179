import type { DaemonClient } from '../daemon-client.ts';
import { type LiveMessage, watchDesk } from '../live-client.ts';
import { CommandError } from '../terminal.ts';

/** A message with when it came, by performance.now(). */
export interface Heard {
  readonly message: LiveMessage;
  readonly atMs: number;
}

/** Everything that the daemon tells of the desk, kept from the beginning, for whoever waits for one of it. */
export class Feed implements AsyncDisposable {
  readonly #heard: Heard[] = [];
  readonly #end = new AbortController();
  readonly #following: Promise<void>;
  #listeners: (() => void)[] = [];
  #failure: unknown;

  private constructor(daemon: DaemonClient, ready: () => void) {
    this.#following = this.#follow(daemon, ready);
  }

  /** Resolves once it hears. Throws CommandError where the daemon does not let it. */
  static async open(daemon: DaemonClient): Promise<Feed> {
    const ready = Promise.withResolvers<void>();
    const feed = new Feed(daemon, ready.resolve);
    await Promise.race([ready.promise, feed.#following]);
    if (feed.#failure !== undefined) throw feed.#failure;
    return feed;
  }

  /** Where what comes from now on begins. */
  get now(): number {
    return this.#heard.length;
  }

  /** Where what came after a message begins. */
  after(message: LiveMessage): number {
    return this.#heard.findIndex((one) => one.message === message) + 1;
  }

  /** The last message of this kind so far; undefined: none came. */
  last(holds: (message: LiveMessage) => boolean): LiveMessage | undefined {
    return this.#heard.findLast(({ message }) => holds(message))?.message;
  }

  /** The first message from `since` on of which this holds. Throws CommandError with `otherwise` when none comes in time. */
  async next(
    since: number,
    holds: (message: LiveMessage) => boolean,
    waitMs: number,
    otherwise: string,
  ): Promise<Heard> {
    const late = AbortSignal.timeout(waitMs);
    for (let at = since; ; at++) {
      while (at >= this.#heard.length) {
        if (this.#failure !== undefined) throw this.#failure;
        if (late.aborted) throw new CommandError(otherwise);
        await this.#more(late);
      }
      const heard = this.#heard[at];
      if (heard !== undefined && holds(heard.message)) return heard;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#following;
  }

  /** Resolves when something came, or it is too late. */
  #more(late: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#listeners.push(resolve);
      late.addEventListener('abort', () => resolve(), { once: true });
      if (late.aborted) resolve();
    });
  }

  async #follow(daemon: DaemonClient, ready: () => void): Promise<void> {
    try {
      for await (const message of watchDesk(daemon, this.#end.signal)) {
        if (message.type === 'authenticated') ready();
        else this.#heard.push({ message, atMs: performance.now() });
        this.#wake();
      }
    } catch (error) {
      if (!this.#end.signal.aborted) this.#failure = error;
      this.#wake();
    }
  }

  #wake(): void {
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const listener of listeners) listener();
  }
}
