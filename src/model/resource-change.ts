import type { SiteEventType } from './event.ts';
import {
  CARD_FACTS,
  type Json,
  NAMED_KINDS,
  type ResourceKind,
  type ResourceName,
  type ResourceState,
  SETS,
} from './resource.ts';

/**
 * One change of one thing, as it is told to a backend: what it was before, so that the backend can see whether somebody else changed the
 * same meanwhile.
 */
export interface ResourceChange {
  readonly kind: ResourceKind;
  readonly id: string;
  readonly action: 'created' | 'updated' | 'deleted';
  /** What changed, by its name in the state. Of a thing that was created: all of it but the sets. */
  readonly fields: Readonly<Record<string, FieldChange>>;
  /** What came into sets and went out of them. */
  readonly sets: Readonly<Record<string, SetChange>>;
  /** What the site told of it; null: nothing that has a name. */
  readonly event: SiteEventType | null;
}

export interface FieldChange {
  /** Null of a thing that was created. */
  readonly from: Json;
  readonly to: Json;
}

export interface SetChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** Something was made. */
export function creation(
  kind: ResourceKind,
  id: string,
  state: ResourceState,
  event: SiteEventType | null = null,
): ResourceChange {
  return { kind, id, action: 'created', ...differences(kind, {}, state), event };
}

/** Something was changed; one that changed nothing is empty. */
export function update(
  kind: ResourceKind,
  id: string,
  before: ResourceState,
  after: ResourceState,
  event: SiteEventType | null = null,
): ResourceChange {
  return { kind, id, action: 'updated', ...differences(kind, before, after), event };
}

/** Something is gone. */
export function deletion(kind: ResourceKind, id: string, event: SiteEventType | null = null): ResourceChange {
  return { kind, id, action: 'deleted', fields: {}, sets: {}, event };
}

/** Members of a set came or went. */
export function membership(
  kind: ResourceKind,
  id: string,
  set: string,
  { added = [], removed = [] }: Partial<SetChange>,
): ResourceChange {
  return { kind, id, action: 'updated', fields: {}, sets: { [set]: { added, removed } }, event: null };
}

/** Whether it says nothing at all. */
export function isEmpty({ action, fields, sets, event }: ResourceChange): boolean {
  return (
    action === 'updated' &&
    event === null &&
    Object.keys(fields).length === 0 &&
    Object.values(sets).every(({ added, removed }) => added.length === 0 && removed.length === 0)
  );
}

/** The same change, told with other ids: `idOf` gives each thing's that it is about or names. */
export function withOtherIds(change: ResourceChange, idOf: (name: ResourceName) => string): ResourceChange {
  const inText = (kind: ResourceKind, value: Json) =>
    typeof value === 'string' ? idOf({ kind, id: value }) : value;
  const inSet = (kind: ResourceKind, ids: readonly string[]) => ids.map((id) => idOf({ kind, id }));
  return {
    ...change,
    id: idOf(change),
    fields: mapNamed(change.fields, ({ from, to }, kind) => ({
      from: inText(kind, from),
      to: inText(kind, to),
    })),
    sets: mapNamed(change.sets, ({ added, removed }, kind) => ({
      added: inSet(kind, added),
      removed: inSet(kind, removed),
    })),
  };
}

/** The same, with something else under the names that hold ids of other things; `kind`: what those are. */
export function mapNamed<T>(
  values: Readonly<Record<string, T>>,
  map: (value: T, kind: ResourceKind) => T,
): Readonly<Record<string, T>> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const kind = NAMED_KINDS[name];
      return [name, kind === undefined ? value : map(value, kind)];
    }),
  );
}

/** The ids of other things that a change says something about. */
export function referencesOf({ fields, sets }: ResourceChange): readonly string[] {
  const named = ['acsUserId', 'userIdentityId'].flatMap((name) => {
    const to = fields[name]?.to;
    return typeof to === 'string' ? [to] : [];
  });
  return [...named, ...Object.values(sets).flatMap(({ added }) => added)];
}

function differences(
  kind: ResourceKind,
  before: ResourceState,
  after: ResourceState,
): Pick<ResourceChange, 'fields' | 'sets'> {
  const fields: Record<string, FieldChange> = {};
  const sets: Record<string, SetChange> = {};
  for (const [name, to] of Object.entries(after)) {
    const from = before[name] ?? null;
    if (SETS[kind].includes(name)) {
      const change = setChange(from, to);
      if (change.added.length > 0 || change.removed.length > 0) sets[name] = change;
    } else if (!(name in before) || !isSame(from, to)) fields[name] = { from, to };
  }
  return { fields: withAllCardFacts(kind, fields, before, after), sets };
}

/** Facts of a card go together: whoever gets one of them can tell which is newer. */
function withAllCardFacts(
  kind: ResourceKind,
  fields: Readonly<Record<string, FieldChange>>,
  before: ResourceState,
  after: ResourceState,
): Readonly<Record<string, FieldChange>> {
  if (kind !== 'acs_credential' || CARD_FACTS.every((name) => fields[name] === undefined)) return fields;
  const facts = CARD_FACTS.map((name) => [name, { from: before[name] ?? null, to: after[name] ?? null }]);
  return { ...fields, ...Object.fromEntries(facts) };
}

function setChange(from: Json, to: Json): SetChange {
  const [old, now] = [idsIn(from), idsIn(to)];
  return {
    added: now.filter((id) => !old.includes(id)),
    removed: old.filter((id) => !now.includes(id)),
  };
}

/** The ids in a set of a state; none where it is no set. */
export const idsIn = (value: Json): readonly string[] =>
  Array.isArray(value) ? value.filter((id) => typeof id === 'string') : [];

/** Whether two values say the same, whatever the order of an object's names. */
export function isSame(one: Json, other: Json): boolean {
  return canonical(one) === canonical(other);
}

function canonical(value: Json): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
