import type { ResourceName } from '../../model/resource.ts';
import type { OutboxMessage } from '../../model/sync.ts';
import type { Memberships } from './memberships.ts';
import type { SystemLine } from './things.ts';

/** What it takes to tell a backend something. */
export interface Delivery {
  readonly line: SystemLine;
  readonly memberships: Memberships;
  /** Whether a thing of the backend's is known to be another one here than that which is being told: such a one is never taken for it. */
  readonly isShared: (name: ResourceName) => boolean;
}

/** Whether a thing of the backend's may be the one that a message makes: it is not another one here. */
export function mayBe(
  { isShared }: Delivery,
  { change: { kind, id } }: OutboxMessage,
  backendId: string,
): boolean {
  return backendId === id || !isShared({ kind, id: backendId });
}

/** How far a search goes, pages; whoever is not found by then is taken for not there. */
const MOST_PAGES = 20;

/** Everything that a list with a cursor finds; null begins it. */
export async function everyPage<Thing>(
  pageAfter: (
    cursor: string | null,
  ) => Promise<{ readonly found: readonly Thing[]; readonly cursor: string | null }>,
): Promise<readonly Thing[]> {
  const all: Thing[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const part: Awaited<ReturnType<typeof pageAfter>> = await pageAfter(cursor);
    all.push(...part.found);
    cursor = part.cursor;
    if (cursor === null) break;
  }
  return all;
}

/** The one that was made last, by the backend's own clock; null: there is none. */
export function newest<Thing extends { readonly created_at: number }>(
  things: readonly Thing[],
): Thing | null {
  return things.toSorted((a, b) => b.created_at - a.created_at)[0] ?? null;
}
