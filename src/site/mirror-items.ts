import {
  RESOURCE_KINDS,
  type ResourceKind,
  type ResourceName,
  type ResourceState,
  SETS,
} from '../model/resource.ts';
import { isSame } from '../model/resource-change.ts';
import { KIND_WORDS } from '../model/state-words.ts';
import type { MirrorItem } from '../model/sync.ts';
import { isBeingWritten } from './live-writes.ts';
import { findWayOut, isCardFact, tellWhatItLacks } from './mirror-conflicts.ts';
import { announceMirrored } from './mirror-events.ts';
import { idHere, stateHere } from './mirror-ids.ts';
import { removeHere } from './mirror-removal.ts';
import { InvalidState, ResourceConflict, readResource, writeResource } from './resources.ts';
import { noteForDesks, type Site } from './site.ts';

/** Things of the backend come to this desk. */
export interface Mirror {
  readonly site: Site;
  /** The walk in which they were met; null: they are news. */
  readonly walk: number | null;
  /** The walk that was begun last. */
  readonly lastWalk: number;
  /** What is new here was always there; it goes here instead of being announced, thing by thing. Null: it is announced. */
  readonly arrivals: ResourceName[] | null;
  /** Kinds of which the backend may have a thing already that this desk made, under an id of its own. */
  readonly kindsInDoubt: ReadonlySet<ResourceKind>;
  /** Whether what was read of a thing of this desk may be older than what the backend has by now. */
  readonly isOutdated: (name: ResourceName) => boolean;
  /** The users that are gone above, by their ids here, of those that came together. */
  readonly goneUserIds: ReadonlySet<string>;
}

/** First what is there, after what it names; then what is gone, before what it named. */
export function inOrder(items: readonly MirrorItem[]): readonly MirrorItem[] {
  const there = items.filter(({ state }) => state !== null);
  const gone = items.filter(({ state }) => state === null);
  return [
    ...there.toSorted((a, b) => rank(a.kind) - rank(b.kind)),
    ...gone.toSorted((a, b) => rank(b.kind) - rank(a.kind)),
  ];
}

const rank = (kind: ResourceKind): number => RESOURCE_KINDS.indexOf(kind);

/** Makes one thing here what it is above, or holds it. */
export function applyItem(mirror: Mirror, item: MirrorItem): void {
  const { site, walk } = mirror;
  const name = { kind: item.kind, id: idHere(site, item.kind, item.id) };
  if (site.store.outbox.isUnsettled(name)) {
    if (item.state !== null) meet(mirror, item, name, false);
    // In a walk there is too much of it; the next one meets it again.
    if (walk === null) readAgain(mirror, item, TO_BE_TOLD);
  } else if (mirror.isOutdated(name)) {
    if (item.state !== null) meet(mirror, item, name, false);
    readAgain(mirror, item, 'The backend was told of a change while it was read: it is read again.');
  } else if (item.state === null) takeAway(mirror, item, name);
  else put(mirror, item, name, stateHere(site, item.state));
}

const TO_BE_TOLD = 'The backend must first be told what this desk changed of it.';

/** Takes over a thing as it is above; `above` has the ids that things have here. */
function put(mirror: Mirror, item: MirrorItem, name: ResourceName, above: ResourceState): void {
  const { site } = mirror;
  const before = readResource(site, name);
  const isWritten = before !== null && name.kind === 'acs_credential';
  const wanted = isWritten ? withOwnPlans(site, name, before, above) : above;
  const differing = before === null ? wanted : differencesFrom(name.kind, before, wanted);
  if (before !== null && Object.keys(differing).length === 0) {
    meet(mirror, item, name, true);
    release(mirror, item);
    return;
  }
  if (isWritten && isBeingWritten(site, name.id)) {
    meet(mirror, item, name, false);
    hold(mirror, item, 'A card is being written with it.');
    return;
  }
  if (before === null && mirror.kindsInDoubt.has(name.kind)) {
    readAgain(mirror, item, MAY_BE_OWN);
    return;
  }
  for (let rivals = 0; rivals <= MOST_RIVALS; rivals++) {
    const conflict = tryToWrite(site, name, differing);
    if (conflict === null) {
      meet(mirror, item, name, true);
      release(mirror, item);
      cameOrChanged(mirror, name, before, wanted);
      return;
    }
    if (conflict instanceof InvalidState) {
      if (before !== null) meet(mirror, item, name, false);
      hold(mirror, item, `What the backend says of it cannot be here: ${conflict.fields.join(', ')}.`);
      return;
    }
    const found = findWayOut(site, item, name, above, before !== null, conflict);
    if (found.way === 'same') {
      joinWithOwn(mirror, item, { kind: item.kind, id: found.id }, above);
      return;
    }
    if (found.way === 'hold') {
      if (before !== null) meet(mirror, item, name, false);
      hold(mirror, item, found.reason);
      return;
    }
  }
  throw new Error(`${KIND_WORDS[item.kind]} ${item.id}: there is no end of what stands in its way`);
}

const MAY_BE_OWN = 'It may be what this desk has told the backend of, which has not answered yet.';

/** Lets apps and desks hear of what was written. */
function cameOrChanged(
  { site, arrivals, goneUserIds }: Mirror,
  name: ResourceName,
  before: ResourceState | null,
  wanted: ResourceState,
): void {
  const after = before === null ? wanted : readResource(site, name);
  if (after === null || (before !== null && isSame(before, after))) return;
  if (before === null && arrivals !== null) arrivals.push(name);
  else announceMirrored(site, name, before, after, goneUserIds);
  noteForDesks(site, name, false);
  site.doorbell.ring();
}

/** More than there are names of a kind that must be nobody else's. */
const MOST_RIVALS = 8;

/** Null: it is written. */
function tryToWrite(
  site: Site,
  name: ResourceName,
  state: ResourceState,
): ResourceConflict | InvalidState | null {
  try {
    writeResource(site, name, state);
    return null;
  } catch (error) {
    if (error instanceof ResourceConflict || error instanceof InvalidState) return error;
    throw error;
  }
}

/** A thing that this desk has made by itself turns out to be one above. */
function joinWithOwn(mirror: Mirror, item: MirrorItem, own: ResourceName, above: ResourceState): void {
  mirror.site.store.sharedResources.forget({ kind: item.kind, id: idHere(mirror.site, item.kind, item.id) });
  meet(mirror, item, own, false);
  if (tellWhatItLacks(mirror.site, own, above)) readAgain(mirror, item, TO_BE_TOLD);
  else put(mirror, item, own, above);
}

/** While a write of this desk did not end, what it planned counts until somebody else has planned something newer. */
function withOwnPlans(
  site: Site,
  { id }: ResourceName,
  here: ResourceState,
  above: ResourceState,
): ResourceState {
  const counter = above['issueCounter'];
  if (typeof counter !== 'number' || counter >= Number(here['issueCounter'])) return above;
  const open = site.store.cardWrites.list({ acsCredentialId: id, isOpen: true }, { after: 0, limit: 1 });
  if (open.rows.length === 0) return above;
  return Object.fromEntries(Object.entries(above).filter(([field]) => !isCardFact(field)));
}

/** What is another above, of what a thing of this kind has; when it was made here stays. */
function differencesFrom(kind: ResourceKind, here: ResourceState, above: ResourceState): ResourceState {
  return Object.fromEntries(
    Object.entries(above).filter(([field, value]) => {
      const own = here[field];
      if (own === value || own === undefined || value === undefined || field === 'createdAt') return false;
      if (!SETS[kind].includes(field) || !Array.isArray(own) || !Array.isArray(value)) {
        return !isSame(own, value);
      }
      return own.length !== value.length || value.some((id) => !own.includes(id));
    }),
  );
}

function takeAway(mirror: Mirror, item: MirrorItem, name: ResourceName): void {
  const { site } = mirror;
  const user = name.kind === 'user_identity' ? site.store.users.ofIdentity(name.id) : null;
  if (user !== null && site.store.outbox.isUnsettled({ kind: 'acs_user', id: user.id })) {
    readAgain(mirror, item, `The backend must first be told what this desk changed of the user ${user.id}.`);
    return;
  }
  // What the backend never had cannot be gone there: a person wanted it to stay at this desk.
  if (site.store.sharedResources.get(name) !== null) removeHere(site, name);
  site.store.sharedResources.forget(name);
  release(mirror, item);
}

/** Notes that it is there above, and whether it is here as it is there. */
function meet(
  { site, walk, lastWalk }: Mirror,
  { kind, id }: MirrorItem,
  name: ResourceName,
  isSameHere: boolean,
): void {
  const isKnown = walk === null && site.store.sharedResources.ofBackend(kind, id) !== null;
  if (isKnown && !isSameHere) return;
  site.store.sharedResources.note(name, id, lastWalk, isSameHere ? site.clock.now() : null);
}

function readAgain({ site }: Mirror, item: MirrorItem, reason: string): void {
  site.store.heldItems.readAgain(item, reason, site.clock.now());
}

function hold({ site }: Mirror, item: MirrorItem, reason: string): void {
  site.store.heldItems.hold(item, reason, site.clock.now());
}

function release({ site }: Mirror, item: MirrorItem): void {
  site.store.heldItems.release(item);
}
