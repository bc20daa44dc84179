import { ACCESS_GROUP_NAME, type AccessGroup } from '../model/access-group.ts';
import { stateOf } from '../model/resource.ts';
import { creation, deletion, update } from '../model/resource-change.ts';
import { EVERY_ROW } from '../store/paging.ts';
import { createEntrance, entranceName, findEntrance } from './entrances.ts';
import { SiteError } from './errors.ts';
import { refreshCardsOf } from './reissue.ts';
import { removeAccessGroup } from './resources/removal.ts';
import { announce, newId, type Site, tell } from './site.ts';

export type NewAccessGroup = Pick<AccessGroup, 'name' | 'entranceIds'>;

/**
 * Makes an access group; its name is trimmed and in Unicode's NFC. Throws `duplicate_access_group` when the name is taken,
 * `invalid_input` when it is none, and `acs_entrance_not_found`.
 */
export function createAccessGroup(site: Site, { name: given, entranceIds }: NewAccessGroup): AccessGroup {
  const name = groupName(given);
  return site.store.transaction(() => {
    requireFreeName(site, name);
    const group = { id: newId(), name, entranceIds: known(site, entranceIds), createdAt: site.clock.now() };
    site.store.accessGroups.insert(group);
    tell(site, creation('acs_access_group', group.id, stateOf(group)));
    return findAccessGroup(site, group.id);
  });
}

/**
 * Changes what `changes` has, and leaves the rest. Cards of its users that open something else by then must be issued again.
 * Throws as `createAccessGroup`, and `acs_access_group_not_found`.
 */
export function updateAccessGroup(site: Site, id: string, changes: Partial<NewAccessGroup>): AccessGroup {
  return site.store.transaction(() => {
    const before = findAccessGroup(site, id);
    const name = changes.name === undefined ? before.name : groupName(changes.name);
    if (name !== before.name) requireFreeName(site, name);
    const entranceIds =
      changes.entranceIds === undefined ? before.entranceIds : known(site, changes.entranceIds);
    site.store.accessGroups.update({ ...before, name, entranceIds });
    refreshCards(site, usersIn(site, id));
    const group = findAccessGroup(site, id);
    tell(site, update('acs_access_group', id, stateOf(before), stateOf(group)));
    return group;
  });
}

/** Removes a group; its users may no longer open what they could by it. Throws `acs_access_group_not_found`. */
export function deleteAccessGroup(site: Site, id: string): void {
  site.store.transaction(() => {
    findAccessGroup(site, id);
    removeAccessGroup(site, id);
    announce(site, 'acs_access_group.deleted', { acsAccessGroupId: id });
    tell(site, deletion('acs_access_group', id, 'acs_access_group.deleted'));
  });
}

/** A group as the configuration has it: what its users may open, by name. */
export interface ConfiguredGroup {
  readonly name: string;
  readonly entrances: readonly string[];
}

/** Makes those of the groups that are missing, and what they open; a group that is there stays as it is. */
export function makeMissingAccessGroups(site: Site, groups: readonly ConfiguredGroup[]): void {
  site.store.transaction(() => {
    for (const { name, entrances } of groups) {
      if (site.store.accessGroups.withName(groupName(name)) !== null) continue;
      const entranceIds = entrances.map((entrance) => {
        const found = site.store.entrances.withName(entranceName(entrance));
        return (found ?? createEntrance(site, entrance)).id;
      });
      createAccessGroup(site, { name, entranceIds });
    }
  });
}

/** Throws `acs_access_group_not_found`. */
export function findAccessGroup(site: Site, id: string): AccessGroup {
  const group = site.store.accessGroups.get(id);
  if (group === null) {
    throw new SiteError('acs_access_group_not_found', `There is no access group ${id} here.`, {
      acs_access_group_id: id,
    });
  }
  return group;
}

function groupName(given: string): string {
  const name = given.trim().normalize('NFC');
  if (ACCESS_GROUP_NAME.test(name)) return name;
  throw new SiteError(
    'invalid_input',
    "An access group's name has 1 to 200 characters, and no control characters.",
  );
}

function requireFreeName(site: Site, name: string): void {
  const taken = site.store.accessGroups.withName(name);
  if (taken === null) return;
  throw new SiteError('duplicate_access_group', `There is an access group named "${name}" already.`, {
    acs_access_group_id: taken.id,
  });
}

/** The same ids, once it is sure that there are such entrances. */
function known(site: Site, entranceIds: readonly string[]): readonly string[] {
  return entranceIds.map((id) => findEntrance(site, id).id);
}

const usersIn = (site: Site, id: string): readonly string[] =>
  site.store.users.list({ acsAccessGroupId: id }, EVERY_ROW).rows.map((user) => user.id);

function refreshCards(site: Site, acsUserIds: readonly string[]): void {
  for (const acsUserId of acsUserIds) refreshCardsOf(site, acsUserId);
}
