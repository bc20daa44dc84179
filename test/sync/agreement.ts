import { RESOURCE_KINDS, type ResourceKind, type ResourceState, SETS } from '../../src/model/resource.ts';
import { isSame } from '../../src/model/resource-change.ts';
import { listResources, readResource } from '../../src/site/resources.ts';
import type { Site } from '../../src/site/site.ts';
import { EVERY_ROW } from '../../src/store/paging.ts';

/** Everything of a kind, by id. */
export type Holdings = ReadonlyMap<string, ResourceState>;

/** What a site has, by kind and id; sets in their order. */
export function holdingsOf(site: Site): ReadonlyMap<ResourceKind, Holdings> {
  return new Map(
    RESOURCE_KINDS.map((kind) => {
      const rows = listResources(site, kind, EVERY_ROW).rows;
      return [kind, new Map(rows.map(({ id }) => [id, readResource(site, { kind, id }) ?? {}]))];
    }),
  );
}

/** In what a desk and its backend differ, thing by thing, through the ids by which the desk knows the backend's; none: they agree. */
export function disagreements(above: Site, desk: Site): readonly string[] {
  const [there, here] = [holdingsOf(above), holdingsOf(desk)];
  const found: string[] = [];
  for (const kind of RESOURCE_KINDS) {
    const [theirs, ours] = [there.get(kind) ?? new Map(), here.get(kind) ?? new Map()];
    for (const [id, state] of ours) {
      const backendId = desk.store.sharedResources.get({ kind, id })?.backendId;
      const match: ResourceState | undefined = theirs.get(backendId ?? id);
      if (match === undefined) found.push(`${kind} ${id}: only at the desk, ${JSON.stringify(state)}`);
      else {
        // Of two things that turned out to be one, each side keeps the time when its own was made.
        const made: ResourceState =
          kind !== 'acs_credential' && (backendId === undefined || backendId === id)
            ? {}
            : { createdAt: match['createdAt'] ?? null };
        const ours = { ...translated(desk, state), ...made };
        found.push(...differences(`${kind} ${id}`, kind, ours, match));
      }
    }
    for (const [id, state] of theirs) {
      const local = desk.store.sharedResources.ofBackend(kind, id)?.id ?? id;
      if (!ours.has(local)) found.push(`${kind} ${id}: only above, ${JSON.stringify(state)}`);
    }
  }
  return found;
}

function differences(
  what: string,
  kind: ResourceKind,
  ours: ResourceState,
  theirs: ResourceState,
): readonly string[] {
  const names = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])];
  return names.flatMap((name) => {
    const [mine, their] = [ours[name] ?? null, theirs[name] ?? null].map((value) =>
      SETS[kind].includes(name) && Array.isArray(value) ? value.toSorted() : value,
    );
    return isSame(mine ?? null, their ?? null)
      ? []
      : [`${what} ${name}: ${JSON.stringify(mine)} at the desk, ${JSON.stringify(their)} above`];
  });
}

/** The kind of thing that a name of a state holds ids of. */
const REFERENCES: Readonly<Record<string, ResourceKind>> = {
  acsUserId: 'acs_user',
  userIdentityId: 'user_identity',
  entranceIds: 'acs_entrance',
  grantedEntranceIds: 'acs_entrance',
  accessGroupIds: 'acs_access_group',
  credentialId: 'acs_credential',
};

/** The state with the backend's ids. */
function translated(desk: Site, state: ResourceState): ResourceState {
  const above = (named: ResourceKind, id: unknown) =>
    typeof id === 'string' ? (desk.store.sharedResources.get({ kind: named, id })?.backendId ?? id) : null;
  return Object.fromEntries(
    Object.entries(state).map(([name, value]) => {
      const named = REFERENCES[name];
      if (named === undefined || value === null || value === undefined) return [name, value ?? null];
      return [name, Array.isArray(value) ? value.map((id) => above(named, id)) : above(named, value)];
    }),
  );
}

/** Ids of things that a site has twice: one card for two credentials, one name for two groups or entrances. */
export function doubles(site: Site): readonly string[] {
  const holdings = holdingsOf(site);
  const found: string[] = [];
  const once = (kind: ResourceKind, name: string) => {
    const seen = new Map<string, string>();
    for (const [id, state] of holdings.get(kind) ?? []) {
      const value = state[name] ?? null;
      if (value === null) continue;
      const other = seen.get(JSON.stringify(value));
      if (other !== undefined)
        found.push(`${kind} ${id} and ${other} have the ${name} ${JSON.stringify(value)}`);
      seen.set(JSON.stringify(value), id);
    }
  };
  once('acs_credential', 'cardUid');
  once('acs_credential', 'cardNumber');
  once('acs_entrance', 'name');
  once('acs_entrance', 'number');
  once('acs_access_group', 'name');
  once('user_identity', 'key');
  return found;
}
