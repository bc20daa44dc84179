import { z } from 'zod';
import type { ResourceName } from '../../model/resource.ts';
import type { NewsPage } from '../backend.ts';
import { HistoryDiffers } from '../backend-error.ts';
import { inParallel } from './in-parallel.ts';
import { readThing, type SystemLine } from './things.ts';

/** How many events one answer has at most. */
const PAGE = 500;

/** How long before the backend's present its news begin: its clock tells whole seconds, and its events may come late. */
const OVERLAP_MS = 10_000;

const cursor = z.object({
  /** Milliseconds since 1970, by the backend's clock: when the last event that was seen occurred. */
  since: z.number(),
  /** The events of that very moment that were seen. */
  seen: z.array(z.string()),
});

type Cursor = z.output<typeof cursor>;

const event = z.object({
  event_id: z.string(),
  event_type: z.string(),
  occurred_at: z.string().transform((text) => Date.parse(text)),
  acs_entrance_id: z.string().optional(),
  acs_access_group_id: z.string().optional(),
  acs_user_id: z.string().optional(),
  acs_credential_id: z.string().optional(),
});

type Event = z.output<typeof event>;

/** Which events tell of what, and under which name they have its id; the others concern encoders and systems, which are each desk's own. */
const SUBJECTS = [
  { prefix: 'acs_entrance.', kind: 'acs_entrance', id: 'acs_entrance_id', gone: 'acs_entrance.removed' },
  {
    prefix: 'acs_access_group.',
    kind: 'acs_access_group',
    id: 'acs_access_group_id',
    gone: 'acs_access_group.deleted',
  },
  { prefix: 'acs_user.', kind: 'acs_user', id: 'acs_user_id', gone: 'acs_user.deleted' },
  {
    prefix: 'acs_credential.',
    kind: 'acs_credential',
    id: 'acs_credential_id',
    gone: 'acs_credential.deleted',
  },
] as const;

/** Where the news begin that come after `backendTime`. */
export function cursorAt(backendTime: number): string {
  return write({ since: backendTime - OVERLAP_MS, seen: [] });
}

/** Whether the backend answers when it is asked for events. Rejects as `line.ask`. */
export async function asksForEvents(line: SystemLine, from: string): Promise<void> {
  await eventsSince(line, read(from), 1);
}

/** What changed since. Rejects with HistoryDiffers when that cannot be told, so that everything must be walked through. */
export async function newsSince(line: SystemLine, from: string): Promise<NewsPage> {
  const before = read(from);
  const found = await eventsSince(line, before, PAGE);
  const isFull = found.length >= PAGE;
  // A full page that begins with the newest ends somewhere in the middle: what came before it is not to be had.
  if (isFull && isNewestFirst(found)) throw new HistoryDiffers();
  const events = found
    .filter(({ event_id }) => !before.seen.includes(event_id))
    .sort((a, b) => a.occurred_at - b.occurred_at);
  const last = Math.max(before.since, events.at(-1)?.occurred_at ?? 0);
  const ofLast = events.filter(({ occurred_at }) => occurred_at === last).map(({ event_id }) => event_id);
  const seen = last === before.since ? [...before.seen, ...ofLast] : ofLast;
  // So many of one moment that they hide what comes after them.
  if (isFull && last === before.since) throw new HistoryDiffers();
  return {
    items: await inParallel(namesIn(events), ({ isGone, ...name }) =>
      isGone ? Promise.resolve({ ...name, state: null }) : readThing(line, name),
    ),
    cursor: write({ since: last, seen }),
    hasMore: isFull,
  };
}

function eventsSince(
  { ask, seam, systemId }: SystemLine,
  { since }: Cursor,
  limit: number,
): Promise<Event[]> {
  // `since` is exclusive: those of its own moment are asked for again, as there may be more of it.
  const from = new Date(since - 1).toISOString();
  return ask(seam.events.list({ since: from, acs_system_id: systemId, limit }), z.array(event));
}

function isNewestFirst(events: readonly Event[]): boolean {
  return (events.at(0)?.occurred_at ?? 0) > (events.at(-1)?.occurred_at ?? 0);
}

/** What events tell of, each once, where it was named last. */
function namesIn(events: readonly Event[]): readonly (ResourceName & { readonly isGone: boolean })[] {
  const names = new Map<string, ResourceName & { readonly isGone: boolean }>();
  for (const one of events) {
    const subject = SUBJECTS.find(({ prefix }) => one.event_type.startsWith(prefix));
    if (subject === undefined) continue;
    const { kind, gone } = subject;
    const id = one[subject.id];
    if (id === undefined) continue;
    const key = `${kind} ${id}`;
    const isGone = one.event_type === gone;
    names.delete(key);
    names.set(key, { kind, id, isGone });
  }
  return [...names.values()];
}

const write = (place: Cursor): string => JSON.stringify(place);

/** Throws HistoryDiffers for what is no place of a Seam backend's. */
function read(text: string): Cursor {
  try {
    return cursor.parse(JSON.parse(text));
  } catch {
    throw new HistoryDiffers();
  }
}
