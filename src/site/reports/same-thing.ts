import type { Credential } from '../../model/credential.ts';
import { toldState } from '../../model/merge.ts';
import {
  CARD_FACTS,
  type Json,
  type ResourceName,
  type ResourceState,
  type ResourceStates,
  SETS,
} from '../../model/resource.ts';
import { idsIn, type ResourceChange } from '../../model/resource-change.ts';
import { knownCard } from '../issued-cards.ts';
import { newState, validState } from '../resources/states.ts';
import type { Site } from '../site.ts';

/**
 * The thing of this site that a thing is which was made elsewhere under another id; null: it is a new one. Entrances and groups are the same
 * by name, identities by key, users by identity, cards by number. Throws InvalidState.
 */
export function sameThing(site: Site, change: ResourceChange): ResourceName | null {
  const { kind, id } = change;
  const { store } = site;
  const told = toldState(change);
  const by = (name: string, find: (value: string) => { readonly id: string } | null) => {
    const value = told[name];
    const found = typeof value === 'string' ? find(value) : null;
    return found === null ? null : { kind, id: found.id };
  };
  switch (kind) {
    case 'acs_entrance':
      return by('name', store.entrances.withName);
    case 'acs_access_group':
      return by('name', store.accessGroups.withName);
    case 'user_identity':
      return by('key', store.userIdentities.withKey);
    case 'acs_user':
      return by('userIdentityId', store.users.ofIdentity);
    case 'acs_credential': {
      const name = { kind, id };
      const found = sameCard(site, validState(name, newState(name, site.clock.now(), told)));
      return found === null ? null : { kind, id: found.id };
    }
  }
}

/** The credential that a card is which was scanned or registered elsewhere. */
function sameCard(site: Site, told: ResourceStates['acs_credential']): Credential | null {
  const { credentials } = site.store;
  const { accessMethod, cardNumber, cardUid, cardTechnology, code } = told;
  if (accessMethod !== 'card') return null;
  if (cardNumber !== null) {
    const card = { uid: cardUid ?? '', technology: cardTechnology ?? 'uid_only' };
    return knownCard(site, card, cardNumber);
  }
  if (code === null) return null;
  const registered = credentials.withCode(code);
  if (registered?.accessMethod === 'card') return registered;
  return credentials.withCardNumber(code.replace(/^0+(?=\d)/, ''));
}

/**
 * What the thing that both are becomes: it stays as it is, with what the sets of the other have besides. A card that nobody has becomes the
 * holder's of the other; one that was not seen yet is issued by it.
 */
export function joinedState(current: ResourceState, change: ResourceChange): ResourceState {
  const told = toldState(change);
  const state: Record<string, Json> = { ...current };
  for (const name of SETS[change.kind]) {
    const ids = [...idsIn(current[name] ?? null), ...idsIn(told[name] ?? null)];
    state[name] = [...new Set(ids)].toSorted();
  }
  if (change.kind !== 'acs_credential') return state;
  state['acsUserId'] = current['acsUserId'] ?? told['acsUserId'] ?? null;
  if (current['isIssued'] === true) return state;
  for (const name of CARD_FACTS) state[name] = told[name] ?? current[name] ?? null;
  state['issueCounter'] = Math.max(Number(current['issueCounter']), Number(told['issueCounter'] ?? 0));
  state['hasLostCards'] = current['hasLostCards'] === true || told['hasLostCards'] === true;
  return state;
}

/** Whether the two cards have holders, and not the same one. */
export function isAnothers(current: ResourceState, change: ResourceChange): boolean {
  if (change.kind !== 'acs_credential') return false;
  const [here, there] = [current['acsUserId'], toldState(change)['acsUserId']];
  return typeof here === 'string' && typeof there === 'string' && here !== there;
}
