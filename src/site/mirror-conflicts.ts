import {
  CARD_FACTS,
  type Json,
  type ResourceKind,
  type ResourceName,
  type ResourceState,
  SETS,
} from '../model/resource.ts';
import { isEmpty, update } from '../model/resource-change.ts';
import { KIND_WORDS, nameInWords } from '../model/state-words.ts';
import type { MirrorItem } from '../model/sync.ts';
import { isBeingWritten } from './live-writes.ts';
import { unite } from './mirror-unite.ts';
import { type ResourceConflict, readResource, writeResource } from './resources.ts';
import { type Site, tell } from './site.ts';

/** What was done about a thing of this desk that has what a mirrored one must have. */
export type WayOut =
  /** Nothing stands in the way any more, or something else does. */
  | { readonly way: 'clear' }
  /** Both are one: it is here under this id. */
  | { readonly way: 'same'; readonly id: string }
  /** It must wait; the reason is for a person to read. */
  | { readonly way: 'hold'; readonly reason: string };

/**
 * Finds a way for `name`, which is to become `state` (ids as they are here), past the conflict that it met. `item` is the thing above;
 * `isHere`: the desk has it already.
 */
export function findWayOut(
  site: Site,
  item: MirrorItem,
  name: ResourceName,
  state: ResourceState,
  isHere: boolean,
  { trouble, field, other }: ResourceConflict,
): WayOut {
  const otherWords = `the ${KIND_WORDS[other.kind]} ${other.id}`;
  if (trouble === 'reference_missing') {
    return { way: 'hold', reason: `It names ${otherWords}, which is not here yet.` };
  }
  const has = `It has ${nameInWords(field)} of ${otherWords} here`;
  if (site.store.outbox.isUnsettled(other)) {
    return { way: 'hold', reason: `${has}, which the backend must be told of first.` };
  }
  if (other.kind === 'acs_credential' && isBeingWritten(site, other.id)) {
    return { way: 'hold', reason: `${has}, which is being written on a card.` };
  }
  const shared = site.store.sharedResources.get(other);
  if (shared !== null) {
    if (!takeFrom(site, other, field)) return { way: 'hold', reason: `${has}.` };
    const reason = `It has ${nameInWords(field)} of the ${KIND_WORDS[item.kind]} ${item.id} above: it is read again.`;
    site.store.heldItems.readAgain({ kind: other.kind, id: shared.backendId }, reason, site.clock.now());
    return { way: 'clear' };
  }
  if (!meansTheSame(site, other, field, state)) {
    return { way: 'hold', reason: `${has}, which the backend does not have.` };
  }
  if (!isHere) return { way: 'same', id: other.id };
  unite(site, other.kind, name.id, other.id);
  return { way: 'clear' };
}

/** What makes two things of a kind one. */
const IDENTIFYING: Readonly<Record<ResourceKind, readonly string[]>> = {
  acs_entrance: ['name'],
  acs_access_group: ['name'],
  user_identity: ['key'],
  acs_user: ['userIdentityId'],
  acs_credential: ['cardNumber', 'cardUid', 'code'],
};

/** A card is the same only while nobody says that it is somebody else's. */
function meansTheSame(site: Site, other: ResourceName, field: string, state: ResourceState): boolean {
  if (!IDENTIFYING[other.kind].includes(field)) return false;
  if (other.kind !== 'acs_credential') return true;
  const own = readResource(site, other);
  const [here, above] = [own?.['acsUserId'] ?? null, state['acsUserId'] ?? null];
  const areCards = own?.['accessMethod'] === 'card' && state['accessMethod'] === 'card';
  return areCards && (here === null || above === null || here === above);
}

/** What both have that must be nobody else's is the other one's above: here it is nobody's until that one is read again. Returns whether that could be done. */
function takeFrom(site: Site, other: ResourceName, field: string): boolean {
  if (field === 'number') return false;
  const has = readResource(site, other)?.[field];
  const isName = field === 'name' && typeof has === 'string';
  writeResource(site, other, { [field]: isName ? `${has.slice(0, 150)} (${other.id})` : null });
  return true;
}

/**
 * Tells the backend what this desk knows of a thing that both had before they met, and the backend has no value for; of cards, what is newer
 * here. For everything else the backend's word counts. `above` has the ids that things have here. Returns whether there was anything to tell.
 */
export function tellWhatItLacks(site: Site, name: ResourceName, above: ResourceState): boolean {
  const here = readResource(site, name) ?? {};
  const known: ResourceState = { ...here, ...above };
  const wanted: Record<string, Json> = { ...known };
  for (const [field, value] of Object.entries(above)) {
    if (SETS[name.kind].includes(field)) wanted[field] = union(value, here[field]);
    else if (value === null && !isCardFact(field)) wanted[field] = here[field] ?? null;
  }
  if (name.kind === 'acs_credential' && isNewer(here, known)) {
    for (const field of CARD_FACTS) if (field in above) wanted[field] = here[field] ?? null;
  }
  const change = update(name.kind, name.id, known, wanted);
  tell(site, change);
  return !isEmpty(change);
}

/** Whether a name of a credential's state is about its card. */
export const isCardFact = (field: string): boolean => CARD_FACTS.some((fact) => fact === field);

function isNewer(here: ResourceState, above: ResourceState): boolean {
  const [mine, theirs] = [Number(here['issueCounter'] ?? 0), Number(above['issueCounter'] ?? 0)];
  const isOnCard = typeof here['cardUid'] === 'string' || here['isIssued'] === true;
  return mine > theirs || (mine === theirs && isOnCard && (above['cardUid'] ?? null) === null);
}

function union(one: Json | undefined, other: Json | undefined): Json {
  const ids = [one, other].flatMap((part) => (Array.isArray(part) ? part : []));
  return [...new Set(ids)];
}
