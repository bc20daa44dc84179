import type { Clock } from '../src/clock.ts';

interface Sleeper {
  readonly atMs: number;
  wake(): void;
}

/** A clock that stands still until it is told to go on. */
export class FakeClock implements Clock {
  #now = Date.parse('2031-04-05T10:00:00Z');
  readonly #sleepers = new Set<Sleeper>();
  readonly #watchers = new Set<() => void>();

  now(): number {
    return this.#now;
  }

  until(atMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const stop = () => {
        this.#sleepers.delete(sleeper);
        reject(signal.reason);
      };
      const sleeper = {
        atMs,
        wake: () => {
          this.#sleepers.delete(sleeper);
          signal.removeEventListener('abort', stop);
          resolve();
        },
      };
      signal.addEventListener('abort', stop, { once: true });
      this.#sleepers.add(sleeper);
      this.#wakeWhoIsDue();
      for (const watcher of this.#watchers) watcher();
    });
  }

  /** Lets time pass: everybody whose time comes by then is woken, the earliest first. */
  advance(ms: number): void {
    this.#now += ms;
    this.#wakeWhoIsDue();
  }

  /** How many wait for a time that has not come. */
  get sleepers(): number {
    return this.#sleepers.size;
  }

  /** Resolves once somebody waits for a time that has not come. */
  async waitedFor(): Promise<void> {
    while (this.#sleepers.size === 0) {
      await new Promise<void>((resolve) => {
        const watcher = () => {
          this.#watchers.delete(watcher);
          resolve();
        };
        this.#watchers.add(watcher);
      });
    }
  }

  #wakeWhoIsDue(): void {
    const due = [...this.#sleepers].filter(({ atMs }) => atMs <= this.#now);
    for (const sleeper of due.sort((a, b) => a.atMs - b.atMs)) sleeper.wake();
  }
}
