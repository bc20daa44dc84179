import type { Json, ResourceKind, ResourceState } from '../../src/model/resource.ts';
import type { ResourceChange } from '../../src/model/resource-change.ts';

/**
 * Who wins, by docs/sync-conflicts.md: a property server of a few lines, which hears one change after the other. It shares no code with the
 * real one, and knows only what histories do.
 */
export class Winners {
  readonly #things: Map<ResourceKind, Map<string, ResourceState>>;

  constructor(holdings: ReadonlyMap<ResourceKind, ReadonlyMap<string, ResourceState>>) {
    this.#things = new Map([...holdings].map(([kind, of]) => [kind, new Map(of)]));
  }

  get holdings(): ReadonlyMap<ResourceKind, ReadonlyMap<string, ResourceState>> {
    return this.#things;
  }

  /** What becomes of a change, with the ids that things have here: `applied`, `same as` with an id, or the code of a refusal. */
  hear(change: ResourceChange, isForced: boolean): string {
    const { kind, id, action } = change;
    const current = this.#of(kind).get(id);
    if (action === 'deleted') {
      if (current !== undefined) this.#remove(kind, id);
      return 'applied';
    }
    if (current === undefined) return action === 'created' ? this.#create(change) : 'deleted_above';
    return this.#update(change, current, isForced);
  }

  #of(kind: ResourceKind): Map<string, ResourceState> {
    const found = this.#things.get(kind);
    if (found === undefined) throw new Error(`nothing is known of ${kind}`);
    return found;
  }

  /** Rules 5 and 6: what is there already is the same. */
  #create(change: ResourceChange): string {
    const { kind, id, fields, sets } = change;
    const told: Record<string, Json> = {};
    for (const [name, { to }] of Object.entries(fields)) told[name] = to;
    for (const [name, { added }] of Object.entries(sets)) told[name] = added.toSorted();
    const same = this.#same(kind, told);
    if (same === null) {
      if (!this.#hasAll(told)) return 'reference_missing';
      this.#of(kind).set(id, told);
      return 'applied';
    }
    const [sameId, known] = same;
    const joined: Record<string, Json> = { ...known };
    if (kind === 'acs_credential') {
      const [holder, other] = [known['acsUserId'] ?? null, told['acsUserId'] ?? null];
      if (holder !== null && other !== null && holder !== other) return 'card_of_another_user';
      joined['acsUserId'] = holder ?? other;
    }
    for (const name of SETS) {
      if (name in known || name in told)
        joined[name] = [...new Set([...list(known[name]), ...list(told[name])])].toSorted();
    }
    if (!this.#hasAll(joined)) return 'reference_missing';
    this.#of(kind).set(sameId, joined);
    return `same as ${sameId}`;
  }

  #same(kind: ResourceKind, told: ResourceState): readonly [string, ResourceState] | null {
    const by = { acs_entrance: 'name', acs_access_group: 'name', acs_credential: 'cardNumber' } as const;
    const name = kind === 'acs_user' || kind === 'user_identity' ? null : by[kind];
    const value = name === null ? null : (told[name] ?? null);
    if (name === null || value === null) return null;
    return [...this.#of(kind)].find(([, state]) => state[name] === value) ?? null;
  }

  #update(change: ResourceChange, current: ResourceState, isForced: boolean): string {
    const { kind, id, fields, sets } = change;
    const next: Record<string, Json> = { ...current };
    const isFact = (name: string) => kind === 'acs_credential' && FACTS.includes(name);
    for (const [name, { from, to }] of Object.entries(fields)) {
      if (isFact(name)) continue;
      const now = current[name] ?? null;
      // Rule 1: what somebody else changed to something else meanwhile is a person's to decide; nobody decides a card away.
      const isConflict = !equal(now, from) && !equal(now, to);
      if (isConflict && name === 'acsUserId' && now !== null && to !== null) return 'card_of_another_user';
      next[name] = to;
    }
    const conflicts = Object.entries(fields).filter(
      ([name, { from, to }]) =>
        !isFact(name) && !equal(current[name] ?? null, from) && !equal(current[name] ?? null, to),
    );
    if (conflicts.length > 0 && !isForced) return 'changed_above';
    // Rule 2: element by element.
    for (const [name, { added, removed }] of Object.entries(sets)) {
      const kept = list(current[name]).filter((one) => !removed.includes(one));
      next[name] = [...new Set([...kept, ...added])].toSorted();
    }
    if (FACTS.some((name) => isFact(name) && fields[name] !== undefined)) {
      const place = this.#place(current, change);
      if (place === 'elsewhere') {
        const [now, to] = [number(current['issueCounter']), number(fields['issueCounter']?.to)];
        const issueCounter = now === to ? now + 1 : now;
        this.#of(kind).set(id, { ...current, hasLostCards: true, issueCounter });
        return 'issued_elsewhere';
      }
      Object.assign(next, mergedFacts(current, change, place));
    }
    if (!this.#hasAll(next)) return 'reference_missing';
    if (kind === 'acs_access_group' && this.#isTaken(kind, id, 'name', next)) return 'taken_above';
    if (kind === 'acs_credential') {
      const rivals = [...this.#of(kind)].filter(
        ([other, { cardUid }]) => other !== id && cardUid !== null && cardUid === next['cardUid'],
      );
      if (rivals.some(([, { acsUserId }]) => acsUserId !== null && acsUserId !== next['acsUserId'])) {
        return 'card_of_another_user';
      }
      for (const [other, state] of rivals) this.#of(kind).set(other, { ...state, ...ON_NO_CARD });
    }
    this.#of(kind).set(id, next);
    return 'applied';
  }

  /** Rule 4: which of two cards carries a credential. */
  #place(current: ResourceState, { fields }: ResourceChange): 'told' | 'here' | 'elsewhere' {
    const from = (name: string) => fields[name]?.from ?? null;
    const to = (name: string) => fields[name]?.to ?? null;
    const now = (name: string) => current[name] ?? null;
    const isSame = (one: (name: string) => Json, other: (name: string) => Json) =>
      PLACE.every((name) => equal(one(name), other(name)));
    if (FACTS.every((name) => equal(from(name), now(name)))) return 'told';
    if (isSame(from, to)) return 'here';
    if (isSame(from, now)) return 'told';
    const isNewer = number(to('issueCounter')) > number(now('issueCounter'));
    if (to('cardUid') === now('cardUid')) {
      return isNewer || to('issueCounter') === now('issueCounter') ? 'told' : 'here';
    }
    if (to('cardUid') === null) return 'here';
    return now('cardUid') === null || isNewer ? 'told' : 'elsewhere';
  }

  #isTaken(kind: ResourceKind, id: string, name: string, state: ResourceState): boolean {
    return [...this.#of(kind)].some(([other, theirs]) => other !== id && theirs[name] === state[name]);
  }

  /** Rule 8. */
  #hasAll(state: ResourceState): boolean {
    const holder = state['acsUserId'] ?? null;
    const isThere = (kind: ResourceKind, ids: readonly string[]) =>
      ids.every((one) => this.#of(kind).has(one));
    return (
      (typeof holder !== 'string' || this.#of('acs_user').has(holder)) &&
      isThere('acs_access_group', list(state['accessGroupIds'])) &&
      isThere('acs_entrance', [...list(state['entranceIds']), ...list(state['grantedEntranceIds'])])
    );
  }

  /** Rule 3: what goes takes along what cannot be without it. */
  #remove(kind: ResourceKind, id: string): void {
    this.#of(kind).delete(id);
    for (const of of this.#things.values()) {
      for (const [other, state] of of) {
        const without = SETS.filter((name) => list(state[name]).includes(id));
        if (state['acsUserId'] === id) {
          if (state['cardNumber'] === null && state['code'] === null) of.delete(other);
          else of.set(other, { ...state, acsUserId: null });
        } else if (without.length > 0) {
          const sets = without.map((name) => [name, list(state[name]).filter((one) => one !== id)] as const);
          of.set(other, { ...state, ...Object.fromEntries(sets) });
        }
      }
    }
  }
}

const SETS = ['entranceIds', 'accessGroupIds', 'grantedEntranceIds'];

/** Where a credential is, and what was written there. */
const PLACE = [
  'cardNumber',
  'cardUid',
  'cardTechnology',
  'cardFormat',
  'recordOnCard',
  'isIssued',
  'issuedAt',
];

const FACTS = [
  ...PLACE,
  ...['issueCounter', 'hasLostCards', 'scheduleExternallyModifiedAt', 'unfinishedWriteAt'],
];

const ON_NO_CARD: ResourceState = {
  ...{ cardNumber: null, cardUid: null, cardTechnology: null, cardFormat: null, recordOnCard: null },
  ...{ isIssued: false, issuedAt: null, scheduleExternallyModifiedAt: null },
};

function mergedFacts(
  current: ResourceState,
  { fields }: ResourceChange,
  place: 'told' | 'here',
): Record<string, Json> {
  const to = (name: string) => fields[name]?.to ?? null;
  const from = (name: string) => fields[name]?.from ?? null;
  const now = (name: string) => current[name] ?? null;
  if (FACTS.every((name) => equal(from(name), now(name)))) {
    return Object.fromEntries(FACTS.map((name) => [name, to(name)]));
  }
  const there = place === 'told' ? to : now;
  const cards = [now('cardUid'), to('cardUid')];
  const isLeftBehind = !cards.includes(null) && cards[0] !== cards[1] && !cards.includes(from('cardUid'));
  const remark = (name: string) => (equal(from(name), to(name)) ? now(name) : to(name));
  return {
    ...Object.fromEntries(PLACE.map((name) => [name, there(name)])),
    issueCounter: Math.max(number(now('issueCounter')), number(to('issueCounter'))),
    hasLostCards: now('hasLostCards') === true || to('hasLostCards') === true || isLeftBehind,
    scheduleExternallyModifiedAt: remark('scheduleExternallyModifiedAt'),
    unfinishedWriteAt: remark('unfinishedWriteAt'),
  };
}

const number = (value: Json | undefined): number => (typeof value === 'number' ? value : 0);

const list = (value: Json | undefined): readonly string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];

/** Whether two values say the same; objects have their names in one order here. */
const equal = (one: Json, other: Json): boolean => sorted(one) === sorted(other);

const sorted = (value: Json): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted())
      : part,
  );
