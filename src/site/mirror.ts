import { RESOURCE_KINDS, type ResourceKind, type ResourceName } from '../model/resource.ts';
import { creation } from '../model/resource-change.ts';
import type { MirrorItem } from '../model/sync.ts';
import type { Cursor } from '../store/paging.ts';
import type { SharedResource } from '../store/sync-tables.ts';
import { idHere } from './mirror-ids.ts';
import { applyItem, inOrder } from './mirror-items.ts';
import { removeHere } from './mirror-removal.ts';
import { tellWhatMissed } from './missing-references.ts';
import { listResources, readResource } from './resources.ts';
import { record, type Site, tell } from './site.ts';

/** How many things one transaction is about: others wait for it for a few milliseconds. */
const BATCH = 100;

/**
 * Makes things here what they are above, one transaction. Ids are the backend's. What this desk has not told the backend yet stays as it is here; what cannot be
 * stored yet is held, and read again later. In the first walk through a backend, what is new here is not announced: it was always there, and one change
 * line says that all of it came. `walk`: the walk in which they were met; null: they are news. `isOutdated`: whether something was settled about
 * a thing of this desk since the backend was asked; it is held, too. `kindsInDoubt`: what is new here of these kinds is held.
 */
export function applyMirrored(
  site: Site,
  items: readonly MirrorItem[],
  walk: number | null,
  isOutdated: (name: ResourceName) => boolean = () => false,
  kindsInDoubt: ReadonlySet<ResourceKind> = NO_KINDS,
): void {
  site.store.transaction(() => {
    const link = site.store.backend.read();
    const lastWalk = walk ?? link?.walks ?? 0;
    const isFirstWalk = walk !== null && link !== null && link.walkedAt === null;
    const arrivals: ResourceName[] | null = isFirstWalk ? [] : null;
    const goneUsers = items.filter(({ kind, state }) => kind === 'acs_user' && state === null);
    const goneUserIds = new Set(goneUsers.map(({ id }) => idHere(site, 'acs_user', id)));
    const mirror = { site, walk, lastWalk, arrivals, kindsInDoubt, isOutdated, goneUserIds };
    for (const item of inOrder(items)) applyItem(mirror, item);
    const there = items.filter(({ state }) => state !== null);
    tellWhatMissed(
      site,
      there.map(({ kind, id }) => idHere(site, kind, id)),
    );
    if (arrivals !== null && arrivals.length > 0) record(site, { type: 'sync.changed', resources: arrivals });
  });
}

const NO_KINDS: ReadonlySet<ResourceKind> = new Set();

/**
 * Kinds of things of which a backend that gives ids of its own may have one that was made here, and that this desk would not know again: it was told of it,
 * and the answer has not come. What is new here of such a kind waits, or there would be two of it.
 */
export const kindsInDoubt = ({ store }: Pick<Site, 'store'>): ReadonlySet<ResourceKind> =>
  new Set(store.outbox.kindsInDoubt());

/**
 * Ends a walk, a batch at a time: what was not met in it is gone above, and goes here; or, where the backend lost what it knew (`isRestored`), is told to it again.
 * Returns whether there is more to do.
 */
export function endWalk(site: Site, walk: number, isRestored: boolean): boolean {
  const { sharedResources } = site.store;
  // What is told comes after what it names; what goes, before.
  for (const kind of isRestored ? RESOURCE_KINDS : RESOURCE_KINDS.toReversed()) {
    const unmet = sharedResources.unmet(kind, walk, BATCH);
    if (unmet.length === 0) continue;
    site.store.transaction(() => {
      for (const shared of unmet) {
        if (isRestored) tellAgain(site, shared, walk);
        else removeUnmet(site, shared, walk);
      }
    });
    return true;
  }
  return false;
}

function removeUnmet(site: Site, shared: SharedResource, walk: number): void {
  const { sharedResources, heldItems, outbox } = site.store;
  const above = { kind: shared.kind, id: shared.backendId };
  const user = shared.kind === 'user_identity' ? site.store.users.ofIdentity(shared.id) : null;
  const isToBeTold =
    outbox.isUnsettled(shared) || (user !== null && outbox.isUnsettled({ kind: 'acs_user', id: user.id }));
  if (isToBeTold) {
    sharedResources.note(shared, shared.backendId, walk, null);
    heldItems.readAgain(
      above,
      'The backend must first be told what this desk changed of it.',
      site.clock.now(),
    );
    return;
  }
  removeHere(site, shared);
  sharedResources.forget(shared);
  heldItems.release(above);
}

/** The backend knew it once, and does not any more. */
function tellAgain(site: Site, shared: SharedResource, walk: number): void {
  const { sharedResources, outbox } = site.store;
  const unsettled = outbox.unsettledOf(shared);
  const state = readResource(site, shared);
  const isBeingMade = unsettled.some(({ change }) => change.action === 'created');
  if (unsettled.length > 0 && (isBeingMade || state === null)) {
    sharedResources.note(shared, shared.backendId, walk, null);
    return;
  }
  sharedResources.forget(shared);
  // What it was to be told is in what it is told now.
  const contained = unsettled.map(({ id }) => id);
  outbox.settle(contained, 'dropped', site.clock.now());
  if (state !== null) tell(site, creation(shared.kind, shared.id, state));
}

/** A place among the things of this desk. */
interface Place {
  readonly kind: ResourceKind;
  readonly after: Cursor;
}

/**
 * Tells the backend what is here and not there, a part at a time, from `position` on (null: from the beginning). Returns where the next part
 * begins; null: that was all.
 */
export function tellWhatIsOnlyHere(site: Site, position: string | null): string | null {
  const { sharedResources, outbox } = site.store;
  const { kind, after }: Place =
    position === null ? { kind: RESOURCE_KINDS[0], after: 0 } : JSON.parse(position);
  return site.store.transaction(() => {
    const { rows, nextAfter } = listResources(site, kind, { after, limit: BATCH });
    for (const { id, state } of rows) {
      const name = { kind, id };
      if (sharedResources.get(name) !== null || outbox.isUnsettled(name)) continue;
      tell(site, creation(kind, id, state));
    }
    const next = nextAfter === null ? placeAfter(kind) : { kind, after: nextAfter };
    return next === null ? null : JSON.stringify(next);
  });
}

function placeAfter(kind: ResourceKind): Place | null {
  const next = RESOURCE_KINDS[RESOURCE_KINDS.indexOf(kind) + 1];
  return next === undefined ? null : { kind: next, after: 0 };
}

/** How many held things are looked at for those that can be read. */
const MOST_HELD_LOOKED_AT = 2_000;

/** What is to be read again, by the backend's ids: what is held, but for what the backend must first be told of, and what would be held again as `kindsInDoubt`. */
export function heldToRead(
  site: Site,
  limit: number,
  kindsInDoubt: ReadonlySet<ResourceKind> = NO_KINDS,
): readonly ResourceName[] {
  const { heldItems, sharedResources, outbox } = site.store;
  return heldItems
    .list(MOST_HELD_LOOKED_AT)
    .filter(({ kind, id }) => !kindsInDoubt.has(kind) || sharedResources.ofBackend(kind, id) !== null)
    .filter(({ kind, id }) => !outbox.isUnsettled({ kind, id: idHere(site, kind, id) }))
    .slice(0, limit)
    .map(({ kind, id }) => ({ kind, id }));
}
