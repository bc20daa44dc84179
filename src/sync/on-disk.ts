import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { StorageError } from '../store/errors.ts';

/** How long after a failure of the disk it is tried again. */
const RETRY_MS = 1000;

/** What `work` makes of the store; tried again for as long as the disk does not serve. Rejects with `signal.reason`, and what else `work` throws. */
export async function onDisk<T>(
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
  signal: AbortSignal,
  work: () => T | Promise<T>,
): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      log.error({ err: error }, 'the disk does not serve the sync with the backend, trying again');
      await clock.until(clock.now() + RETRY_MS, signal);
    }
  }
}
