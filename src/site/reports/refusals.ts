import { ACCESS_METHODS, credentialDisplayName } from '../../model/credential.ts';
import type { Json, ResourceName, ResourceState } from '../../model/resource.ts';
import type { FieldChange, ResourceChange } from '../../model/resource-change.ts';
import { KIND_WORDS, nameInWords } from '../../model/state-words.ts';
import type { Refusal } from '../../model/sync.ts';
import { type InvalidState, ResourceConflict, readResource } from '../resources.ts';
import type { Site } from '../site.ts';

/*
 * Why a change is not taken, for the person at the desk who decides what becomes of it: what happened, why, and what to do. Things are called
 * by their names, as nobody knows their ids.
 */

/** What a thing is called: `the user "Ada Lovelace"`, `Card 123*** of Ada Lovelace`; by its id where no more is known of it. */
function nameFor(site: Site, { kind, id }: ResourceName, state: ResourceState): string {
  if (kind === 'acs_credential') return credentialName(site, state) ?? `the credential ${id}`;
  const name = state['name'] ?? state['fullName'] ?? state['emailAddress'] ?? state['key'];
  return `the ${KIND_WORDS[kind]} ${typeof name === 'string' ? `"${name}"` : id}`;
}

/** Null: not even its kind is known. */
function credentialName(site: Site, state: ResourceState): string | null {
  const accessMethod = ACCESS_METHODS.find((method) => method === state['accessMethod']);
  if (accessMethod === undefined) return null;
  const name = credentialDisplayName({
    accessMethod,
    cardNumber: textOf(state['cardNumber']),
    code: textOf(state['code']),
    isMultiPhoneSync: state['isMultiPhoneSync'] === true,
  });
  const holderId = textOf(state['acsUserId']);
  const holder = holderId === null ? null : site.store.users.get(holderId);
  return holder === null ? name : `${name} of ${holder.fullName}`;
}

/** What a thing of this site is called. */
const nameHere = (site: Site, name: ResourceName): string =>
  nameFor(site, name, readResource(site, name) ?? {});

const textOf = (value: Json | undefined): string | null => (typeof value === 'string' ? value : null);

/** The same refusal, beginning with what it is about: as the desk that told it calls it, and as it is called here where that is something else. */
export function about(
  site: Site,
  change: ResourceChange,
  current: ResourceState | null,
  refusal: Refusal,
): Refusal {
  const there = nameFor(site, change, { ...current, ...valuesOf(change.fields) });
  const here = current === null ? there : nameFor(site, change, current);
  const name = `${there.charAt(0).toUpperCase()}${there.slice(1)}`;
  if (refusal.code === 'issued_elsewhere') return { ...refusal, message: issuedElsewhere(name, here) };
  return { ...refusal, message: `${name}${there === here ? '' : ` (above: ${here})`}: ${refusal.message}` };
}

/** Two desks issued one credential on two cards. `there`: the card of the desk that told of it; `here`: the one that counts. */
const issuedElsewhere = (there: string, here: string): string =>
  `${there} was issued at this desk, and meanwhile on another card at another desk: ${here} counts, and ${there} of this desk does not. It may still open doors: collect it. Take the backend's version, then issue the credential again; that shuts out every card of it but the new one.`;

/** What a change itself says of a thing. */
function valuesOf(fields: Readonly<Record<string, FieldChange>>): ResourceState {
  return Object.fromEntries(Object.entries(fields).map(([name, { from, to }]) => [name, to ?? from]));
}

/** Why a change is not taken that this site cannot store. */
export function refusalFor(site: Site, error: ResourceConflict | InvalidState): Refusal {
  if (!(error instanceof ResourceConflict)) {
    const { resource, fields } = error;
    const isNumber = resource.kind === 'acs_entrance' && fields.includes('number');
    return isNumber ? NO_NUMBER_LEFT : invalidState(fields);
  }
  const { trouble, field, other } = error;
  if (trouble === 'reference_missing') return referenceMissing(error);
  if (field === 'number') return NO_NUMBER_LEFT;
  const isCard = field === 'cardNumber' || field === 'cardUid';
  return isCard ? cardOfAnotherUser(site, other.id) : takenAbove(site, error);
}

/** What a change names is not here. */
function referenceMissing({ field, other }: ResourceConflict): Refusal {
  return {
    code: 'reference_missing',
    message: `It names the ${KIND_WORDS[other.kind]} ${other.id} (${nameInWords(field)}), which is not there above: it was deleted, or refused. Nothing of this change was applied. Take the backend's version, and do it again with one that is there.`,
    fields: [field],
    rivalId: null,
  };
}

/** The card is another user's: the first report of it counts. */
export function cardOfAnotherUser(site: Site, rivalId: string): Refusal {
  const rival = nameHere(site, { kind: 'acs_credential', id: rivalId });
  return {
    code: 'card_of_another_user',
    message: `This card was given to somebody else first: above it is ${rival}, and a card is never taken from anybody. Look who has it in hand. If it is that user, take the backend's version and give this guest another card. If not, unassign it above, then retry.`,
    fields: ['cardNumber'],
    rivalId,
  };
}

/** Something that only one thing may have is another one's. */
function takenAbove(site: Site, { field, other }: ResourceConflict): Refusal {
  const rival = nameHere(site, other);
  return {
    code: 'taken_above',
    message: `Above, ${nameInWords(field)} is that of ${rival}, and no two may have the same. Nothing of this change was applied. Choose another one here, or take the backend's version.`,
    fields: [field],
    rivalId: other.id,
  };
}

/** A card has no room for the number of one more entrance. */
const NO_NUMBER_LEFT: Refusal = {
  code: 'refused_by_backend',
  message:
    'Above, all 65535 numbers that cards can name were given to entrances: no more can be made. Use an entrance that is there.',
  fields: ['number'],
  rivalId: null,
};

/** The state cannot be stored here. */
function invalidState(fields: readonly string[]): Refusal {
  return {
    code: 'refused_by_backend',
    message: `The backend cannot store ${fields.map(nameInWords).join(', ')} as this desk has it: the two may be of different versions. Update the older one, then retry.`,
    fields,
    rivalId: null,
  };
}
