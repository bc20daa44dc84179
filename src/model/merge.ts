import { mergeCardFacts } from './merge-card-facts.ts';
import { CARD_FACTS, type Json, type ResourceState } from './resource.ts';
import { type FieldChange, idsIn, isSame, type ResourceChange } from './resource-change.ts';
import { nameInWords } from './state-words.ts';
import type { Refusal } from './sync.ts';

export type Merge =
  /** Null: the thing goes. */
  | { readonly outcome: 'apply'; readonly state: ResourceState | null }
  /** `noted`: what the thing becomes all the same, so that the next change is right; null: it stays as it is. */
  | { readonly outcome: 'refuse'; readonly refusal: Refusal; readonly noted: ResourceState | null };

/**
 * What a thing becomes by a change that was made elsewhere, when it may have changed here meanwhile. docs/sync-conflicts.md has the rules.
 * `isForced`: a person decided that the change counts, whatever the thing was changed to here; it takes no card from anybody.
 */
export function mergeChange(current: ResourceState | null, change: ResourceChange, isForced: boolean): Merge {
  if (change.action === 'deleted') return { outcome: 'apply', state: null };
  if (current === null) {
    return change.action === 'created'
      ? { outcome: 'apply', state: toldState(change) }
      : refuse(DELETED_ABOVE);
  }
  const facts = Object.keys(change.fields).filter(isCardFact(change));
  const wishes = Object.entries(change.fields).filter(([name]) => !facts.includes(name));
  const changed = wishes.filter(([name, wish]) => isChangedHere(current[name] ?? null, wish));
  if (changed.some(([name, wish]) => isTaking(current, name, wish))) return refuse(CARD_OF_ANOTHER_USER);
  if (changed.length > 0 && !isForced) return refuse(changedAbove(changed.map(([name]) => name)));
  const state: Record<string, Json> = { ...current };
  for (const [name, { to }] of wishes) state[name] = to;
  for (const [name, { added, removed }] of Object.entries(change.sets)) {
    state[name] = joined(idsIn(current[name] ?? null), added, removed);
  }
  if (facts.length === 0) return { outcome: 'apply', state };
  const merged = mergeCardFacts(current, change.fields);
  if (merged.isElsewhere) return refuse(ISSUED_ELSEWHERE, { ...current, ...merged.facts });
  return { outcome: 'apply', state: { ...state, ...merged.facts } };
}

/** The state that a creation tells of. */
export function toldState({ fields, sets }: Pick<ResourceChange, 'fields' | 'sets'>): ResourceState {
  return Object.fromEntries([
    ...Object.entries(fields).map(([name, { to }]) => [name, to]),
    ...Object.entries(sets).map(([name, { added }]) => [name, added.toSorted()]),
  ]);
}

const isCardFact = ({ kind }: ResourceChange) => {
  const facts: readonly string[] = kind === 'acs_credential' ? CARD_FACTS : [];
  return (name: string): boolean => facts.includes(name);
};

/** Whether it is neither as it was nor as it is to be. */
const isChangedHere = (value: Json, { from, to }: FieldChange): boolean =>
  !isSame(value, from) && !isSame(value, to);

/** Whether a card would be taken from the user who has it by now. */
function isTaking(current: ResourceState, name: string, { to }: FieldChange): boolean {
  const isCard = current['accessMethod'] === 'card';
  return isCard && name === 'acsUserId' && to !== null && typeof current['acsUserId'] === 'string';
}

/** A set of which some went and some came; in its order. */
function joined(
  ids: readonly string[],
  added: readonly string[],
  removed: readonly string[],
): readonly string[] {
  return [...new Set([...ids.filter((id) => !removed.includes(id)), ...added])].toSorted();
}

const refuse = (refusal: Refusal, noted: ResourceState | null = null): Merge => ({
  outcome: 'refuse',
  refusal,
  noted,
});

function changedAbove(fields: readonly string[]): Refusal {
  const words = fields.map(nameInWords);
  const list = words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
  return {
    code: 'changed_above',
    message: `Meanwhile somebody else changed ${list} to something else above, so nothing of this change was applied. Retry it if this desk is right; take the backend's version if not.`,
    fields,
    rivalId: null,
  };
}

const DELETED_ABOVE: Refusal = {
  code: 'deleted_above',
  message:
    "It was deleted above meanwhile, or never was there, so it cannot be changed. Take the backend's version: then it goes here, too. If it is still needed, make a new one.",
  fields: [],
  rivalId: null,
};

const CARD_OF_ANOTHER_USER: Refusal = {
  code: 'card_of_another_user',
  message:
    "Another user got this card meanwhile above, and a card is never taken from anybody. Look who has the card in hand. Is it the other user: take the backend's version, and give this guest another card. If not: unassign the card above, then retry.",
  fields: ['acsUserId'],
  rivalId: null,
};

const ISSUED_ELSEWHERE: Refusal = {
  code: 'issued_elsewhere',
  message:
    "Meanwhile another desk issued it on another card, and that card counts. This desk's card may still open doors: collect it. Take the backend's version, then issue the credential again; that shuts out every card of it but the new one.",
  fields: ['cardNumber', 'issueCounter'],
  rivalId: null,
};
