import { setImmediate } from 'node:timers/promises';
import type { Cursor } from '../store/paging.ts';
import { retryMessage } from './outbox.ts';
import type { Site } from './site.ts';

/** How many are retried in one transaction; the desk works on between two. */
const BATCH = 200;

/** Lets every refused message be told again, as `retryMessage` does. Returns how many there were. */
export async function retryAll(site: Site): Promise<number> {
  const { store } = site;
  let count = 0;
  let after: Cursor | null = 0;
  while (after !== null) {
    const { rows, nextAfter } = store.outbox.refused({ after, limit: BATCH });
    store.transaction(() => {
      for (const { id } of rows) retryMessage(site, id);
    });
    count += rows.length;
    after = nextAfter;
    if (after !== null) await setImmediate();
  }
  return count;
}
