import { Backoff } from './backoff.ts';

/** After how many failures at a message alone, while others are taken, it is given to a person. */
const HOPELESS_AFTER = 10;

/** After how many times that the line broke with a message, and did not with others in between, it goes alone. */
const SUSPECT_AFTER = 3;

interface Trouble {
  readonly backoff: Backoff;
  isAlone: boolean;
  /** Whether it failed alone. */
  hasFailed: boolean;
  /** How often it failed alone while the backend took others. */
  failures: number;
  /** How often the line broke with it, and how much was delivered until the last time. */
  breaks: number;
  deliveredUntilBreak: number;
}

/** Which messages the backend fails at, as against a backend that fails at all of them. */
export class MessageTroubles {
  readonly #chance: (() => number) | undefined;
  readonly #troubles = new Map<string, Trouble>();
  /** Whether the backend took something since a message last failed for the first time: then it is not the backend that is broken. */
  #takesOthers = false;
  #delivered = 0;

  constructor(chance?: () => number) {
    this.#chance = chance;
  }

  /** Whether nothing ever failed with it. */
  isFresh(id: string): boolean {
    return !this.#troubles.has(id);
  }

  get isEmpty(): boolean {
    return this.#troubles.size === 0;
  }

  isReady(id: string, now: number): boolean {
    return this.#troubles.get(id)?.backoff.mayTry(now) ?? true;
  }

  /** Whether it goes in a delivery of its own, to see whether it is the one. */
  isAlone(id: string): boolean {
    return this.#troubles.get(id)?.isAlone ?? false;
  }

  /** When the next one is ready that is not now; null: there is none. */
  nextReadyAt(now: number): number | null {
    const times = [...this.#troubles.values()].map(({ backoff }) => backoff.retryAt).filter((at) => at > now);
    return times.length === 0 ? null : Math.min(...times);
  }

  delivered(id: string): void {
    this.#troubles.delete(id);
    this.#takesOthers = true;
    this.#delivered += 1;
  }

  /** Lets every message be tried at once. */
  wake(): void {
    for (const { backoff } of this.#troubles.values()) backoff.wake();
  }

  /** Whether it is known that the backend fails at this one alone, and not at all of them. */
  isToBlame(ids: readonly string[]): boolean {
    return this.#takesOthers && ids.length === 1 && ids.every((id) => this.#troubles.get(id)?.hasFailed);
  }

  /** Notes that a delivery of these failed, or broke the line. Returns the one at which nothing helps any more; null: there is none. */
  failed(ids: readonly string[], trouble: 'failing' | 'unreachable', now: number): string | null {
    const [only] = ids;
    if (trouble === 'unreachable') this.#brokeLine(ids);
    else for (const id of ids) this.#of(id).isAlone = true;
    return ids.length === 1 && only !== undefined && this.isAlone(only) ? this.#failedAlone(only, now) : null;
  }

  #failedAlone(id: string, now: number): string | null {
    const trouble = this.#of(id);
    trouble.backoff.failed(trouble.backoff.round, now);
    if (!trouble.hasFailed) this.#takesOthers = false;
    trouble.hasFailed = true;
    if (this.#takesOthers) trouble.failures += 1;
    if (trouble.failures < HOPELESS_AFTER) return null;
    this.#troubles.delete(id);
    return id;
  }

  #brokeLine(ids: readonly string[]): void {
    for (const id of ids) {
      const trouble = this.#of(id);
      if (trouble.deliveredUntilBreak !== this.#delivered) trouble.breaks += 1;
      trouble.deliveredUntilBreak = this.#delivered;
      trouble.isAlone ||= trouble.breaks >= SUSPECT_AFTER;
    }
  }

  #of(id: string): Trouble {
    const known = this.#troubles.get(id);
    if (known !== undefined) return known;
    const trouble = {
      backoff: new Backoff(this.#chance),
      isAlone: false,
      hasFailed: false,
      failures: 0,
      breaks: 0,
      deliveredUntilBreak: -1,
    };
    this.#troubles.set(id, trouble);
    return trouble;
  }
}
