/** Time as the daemon sees it. Tests hand in their own. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
  /** Resolves at `atMs`; rejects with `signal.reason` when the signal fires first. */
  until(atMs: number, signal: AbortSignal): Promise<void>;
}

/** The longest delay that setTimeout takes: 2^31 - 1 ms. */
const LONGEST_TIMER_MS = 2_147_483_647;

export const systemClock: Clock = {
  now: () => Date.now(),
  until: (atMs, signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const stop = () => {
        clearTimeout(timer);
        reject(signal.reason);
      };
      const timer = setTimeout(
        () => {
          signal.removeEventListener('abort', stop);
          resolve();
        },
        Math.min(Math.max(0, atMs - Date.now()), LONGEST_TIMER_MS),
      );
      signal.addEventListener('abort', stop, { once: true });
    }),
};
