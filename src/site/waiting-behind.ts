import { setImmediate } from 'node:timers/promises';
import { referencesOf } from '../model/resource-change.ts';
import { EVERY_ROW } from '../store/paging.ts';
import type { Site } from './site.ts';

/** How many messages are read at once; the desk works on between two readings. */
const BATCH = 500;

/** How many messages wait for each refused one, by its id: they are about the same thing, or name it, or wait for one that does. */
export async function waitingBehind({ store }: Site): Promise<ReadonlyMap<string, number>> {
  const refused = store.outbox.refused(EVERY_ROW).rows;
  const counts = new Map(refused.map(({ id }) => [id, 0]));
  /** By a thing's id: what holds up messages about it, and since which sequence. */
  const holds = new Map<string, Map<string, number>>();
  const hold = (thing: string, message: string, since: number) => {
    const known = holds.get(thing) ?? new Map<string, number>();
    if (!known.has(message)) holds.set(thing, known.set(message, since));
  };
  for (const { id, change, sequence } of refused) hold(change.id, id, sequence);
  let after = refused[0]?.sequence ?? Number.POSITIVE_INFINITY;
  while (Number.isFinite(after)) {
    const waiting = store.outbox.waiting(after, BATCH);
    for (const { change, sequence } of waiting) {
      const things = [change.id, ...referencesOf(change)];
      const holding = things.flatMap((thing) => [...(holds.get(thing) ?? [])]);
      const messages = new Set(holding.filter(([, since]) => since < sequence).map(([message]) => message));
      for (const message of messages) {
        counts.set(message, (counts.get(message) ?? 0) + 1);
        hold(change.id, message, sequence);
      }
    }
    after = waiting.length < BATCH ? Number.POSITIVE_INFINITY : (waiting.at(-1)?.sequence ?? after);
    await setImmediate();
  }
  return counts;
}
