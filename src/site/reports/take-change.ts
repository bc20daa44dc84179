import type { Credential } from '../../model/credential.ts';
import type { EventSubject, SiteEventType } from '../../model/event.ts';
import { mergeChange } from '../../model/merge.ts';
import type { ResourceKind, ResourceName, ResourceState } from '../../model/resource.ts';
import { creation, deletion, isSame, type ResourceChange, update } from '../../model/resource-change.ts';
import type { Refusal, SiteVerdict } from '../../model/sync.ts';
import { takeOffCard } from '../issued-cards.ts';
import { announceGone, announceMirrored } from '../mirror-events.ts';
import { freeNumber } from '../resources/entrances.ts';
import { InvalidState, ResourceConflict, readResource, removeResource, writeResource } from '../resources.ts';
import { announce, noteForDesks, type Site, tell } from '../site.ts';
import { about, cardOfAnotherUser, refusalFor } from './refusals.ts';
import { isAnothers, joinedState, sameThing } from './same-thing.ts';

/**
 * Takes a change that was made at a desk: the site is as the rules of conflict say by then (docs/sync-conflicts.md), its apps and its own
 * backend hear of what became of it, and its desks of the thing, whatever became of it.
 */
export function takeChange(site: Site, told: ResourceChange, isForced: boolean): SiteVerdict {
  const current = readResource(site, told);
  const change = told.kind === 'acs_entrance' ? withoutTakenNumber(site, told, current) : told;
  const verdict = verdictOn(site, change, current, isForced);
  if (verdict.verdict === 'same_as') noteForDesks(site, { ...told, id: verdict.backendId }, false);
  else noteForDesks(site, told, readResource(site, told) === null);
  if (verdict.verdict !== 'refused') return verdict;
  return { ...verdict, refusal: about(site, change, current, verdict.refusal) };
}

/** The numbers of entrances are this site's: a desk's own stays only with a new entrance, if none here ever had it. */
function withoutTakenNumber(
  site: Site,
  change: ResourceChange,
  current: ResourceState | null,
): ResourceChange {
  const { number, ...fields } = change.fields;
  const isFree = current === null && Number(number?.to) >= freeNumber(site);
  return isFree ? change : { ...change, fields };
}

function verdictOn(
  site: Site,
  change: ResourceChange,
  current: ResourceState | null,
  isForced: boolean,
): SiteVerdict {
  try {
    // What was done before something stood in the way is undone.
    return site.store.transaction(() => decide(site, change, current, isForced));
  } catch (error) {
    if (error instanceof ResourceConflict || error instanceof InvalidState) {
      return refused(refusalFor(site, error));
    }
    throw error;
  }
}

/** Throws ResourceConflict and InvalidState. */
function decide(
  site: Site,
  change: ResourceChange,
  current: ResourceState | null,
  isForced: boolean,
): SiteVerdict {
  if (change.action === 'created' && current === null) {
    const same = sameThing(site, change);
    if (same !== null) return join(site, same, change);
  }
  const merge = mergeChange(current, change, isForced);
  if (merge.outcome === 'refuse') {
    if (merge.noted !== null) put(site, change, current, merge.noted, null);
    return refused(merge.refusal);
  }
  if (merge.state !== null) put(site, change, current, merge.state, change.event);
  else if (current !== null) remove(site, change);
  return { verdict: 'applied' };
}

const refused = (refusal: Refusal): SiteVerdict => ({ verdict: 'refused', refusal });

/** What was made elsewhere is here already: both are one from now on. */
function join(site: Site, same: ResourceName, change: ResourceChange): SiteVerdict {
  const current = readResource(site, same);
  if (current === null) throw new Error(`${same.kind} ${same.id} was found, and is not there`);
  if (isAnothers(current, change)) return refused(cardOfAnotherUser(site, same.id));
  put(site, same, current, joinedState(current, change), null);
  return { verdict: 'same_as', backendId: same.id };
}

/**
 * Makes a thing what it is from now on, and tells of it where that is something else than before. `event` is what a desk told its own apps;
 * null: nothing, and what happened shows by itself. Throws ResourceConflict and InvalidState.
 */
function put(
  site: Site,
  { kind, id }: ResourceName,
  before: ResourceState | null,
  state: ResourceState,
  event: SiteEventType | null,
): void {
  write(site, { kind, id }, state);
  const after = readResource(site, { kind, id });
  if (after === null || isSame(before, after)) return;
  if (event !== null) announce(site, event, subjectOf(kind, id));
  else announceMirrored(site, { kind, id }, before, after, NOBODY);
  tell(site, before === null ? creation(kind, id, after, event) : update(kind, id, before, after, event));
}

const NOBODY: ReadonlySet<string> = new Set();

/** A card has a number and a uid, and two credentials may each have one of them. */
const MOST_ON_A_CARD = 2;

/** Writes it; a credential takes its card from another one of the same user, or of nobody, as an issue at this desk does. */
function write(site: Site, name: ResourceName, state: ResourceState): void {
  for (let others = 0; ; others += 1) {
    try {
      writeResource(site, name, state);
      return;
    } catch (error) {
      const rival = rivalOnCard(site, error);
      if (rival === null || others === MOST_ON_A_CARD || !mayTakeOff(rival, state)) throw error;
      const { cardUid, cardTechnology, cardNumber } = rival;
      takeOffCard(
        site,
        { uid: cardUid ?? '', technology: cardTechnology ?? 'uid_only' },
        cardNumber ?? '',
        name.id,
      );
    }
  }
}

/** The credential that is on the card by now; null: something else stands in the way. */
function rivalOnCard(site: Site, error: unknown): Credential | null {
  const isOnCard =
    error instanceof ResourceConflict &&
    error.trouble === 'taken' &&
    (error.field === 'cardNumber' || error.field === 'cardUid');
  return isOnCard ? site.store.credentials.get(error.other.id) : null;
}

const mayTakeOff = (rival: Credential, { acsUserId }: ResourceState): boolean =>
  rival.acsUserId === null || rival.acsUserId === acsUserId;

/** Removes a thing, and tells of it and of all that went with it. One that is being written on a card goes once that has ended. */
function remove(site: Site, { kind, id, event }: ResourceChange): void {
  for (const change of removeResource(site, { kind, id })) tell(site, change);
  if (readResource(site, { kind, id }) !== null) return;
  announceGone(site, { kind, id });
  tell(site, deletion(kind, id, event));
}

function subjectOf(kind: ResourceKind, id: string): EventSubject {
  switch (kind) {
    case 'acs_entrance':
      return { acsEntranceId: id };
    case 'acs_access_group':
      return { acsAccessGroupId: id };
    case 'acs_user':
      return { acsUserId: id };
    case 'acs_credential':
      return { acsCredentialId: id };
    case 'user_identity':
      return {};
  }
}
