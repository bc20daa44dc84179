import type { AccessGroup } from '../../model/access-group.ts';
import { type ResourceState, type ResourceStates, stateOf } from '../../model/resource.ts';
import { isSame } from '../../model/resource-change.ts';
import type { User, UserIdentity } from '../../model/user.ts';
import { EVERY_ROW } from '../../store/paging.ts';
import { refreshCardsOf } from '../reissue.ts';
import type { Site } from '../site.ts';
import { requireEach, requireEntrances, requireFree } from './conflict.ts';
import { newState, validState } from './states.ts';

/** Stores an access group. Throws ResourceConflict and InvalidState. */
export function writeAccessGroup(site: Site, id: string, given: ResourceState): void {
  const { accessGroups, users } = site.store;
  const name = { kind: 'acs_access_group', id } as const;
  const before = accessGroups.get(id);
  const known = before === null ? newState(name, site.clock.now(), given) : { ...stateOf(before), ...given };
  const after: AccessGroup = { id, ...validState(name, known) };
  requireFree(name, 'name', accessGroups.withName(after.name));
  requireEntrances(site, 'entranceIds', after.entranceIds);
  if (before === null) accessGroups.insert(after);
  else accessGroups.update(after);
  if (before === null || isSame(before.entranceIds.toSorted(), after.entranceIds.toSorted())) return;
  for (const user of users.list({ acsAccessGroupId: id }, EVERY_ROW).rows) refreshCardsOf(site, user.id);
}

/** Stores an identity. Throws ResourceConflict and InvalidState. */
export function writeUserIdentity(site: Site, id: string, given: ResourceState): void {
  const { userIdentities } = site.store;
  const name = { kind: 'user_identity', id } as const;
  const before = userIdentities.get(id);
  const known = before === null ? newState(name, site.clock.now(), given) : { ...stateOf(before), ...given };
  const after: UserIdentity = { id, ...validState(name, known) };
  const { key, emailAddress, phoneNumber } = after;
  if (key !== null) requireFree(name, 'key', userIdentities.withKey(key));
  if (emailAddress !== null) {
    requireFree(name, 'emailAddress', userIdentities.withEmailAddress(emailAddress));
  }
  if (phoneNumber !== null) requireFree(name, 'phoneNumber', userIdentities.withPhoneNumber(phoneNumber));
  if (before === null) userIdentities.insert(after);
  else userIdentities.update(after);
}

type UserSets = Pick<ResourceStates['acs_user'], 'accessGroupIds' | 'grantedEntranceIds'>;

const NO_SETS: UserSets = { accessGroupIds: [], grantedEntranceIds: [] };

/** The groups that a user is in, and the entrances that were granted one by one; ids in their order. */
function setsOf({ store }: Pick<Site, 'store'>, acsUserId: string): UserSets {
  return {
    accessGroupIds: store.accessGroups
      .list({ acsUserId }, EVERY_ROW)
      .rows.map(({ id }) => id)
      .toSorted(),
    grantedEntranceIds: store.entrances.grantedTo(acsUserId).toSorted(),
  };
}

/** The state of a user, with the user's sets. */
export const userState = (site: Pick<Site, 'store'>, user: User): ResourceState =>
  stateOf(user, { ...setsOf(site, user.id) });

/** Stores a user, with the groups that the user is in and the entrances that are granted. Throws ResourceConflict and InvalidState. */
export function writeUser(site: Site, id: string, given: ResourceState): void {
  const { users, userIdentities, accessGroups } = site.store;
  const name = { kind: 'acs_user', id } as const;
  const before = users.get(id);
  const known =
    before === null ? newState(name, site.clock.now(), given) : { ...userState(site, before), ...given };
  const { accessGroupIds, grantedEntranceIds, ...rest } = validState(name, known);
  const after: User = { id, ...rest };
  if (after.userIdentityId !== null) {
    requireEach('user_identity', 'userIdentityId', [after.userIdentityId], userIdentities.get);
    requireFree(name, 'userIdentityId', users.ofIdentity(after.userIdentityId));
  }
  requireEach('acs_access_group', 'accessGroupIds', accessGroupIds, accessGroups.get);
  requireEntrances(site, 'grantedEntranceIds', grantedEntranceIds);
  if (before === null) users.insert(after);
  else users.update(after);
  const sets = before === null ? NO_SETS : setsOf(site, id);
  const areSetsChanged = setSets(site, id, sets, { accessGroupIds, grantedEntranceIds });
  if (before === null) return;
  const isOtherwiseOpen =
    before.isSuspended !== after.isSuspended ||
    !isSame({ ...before.accessSchedule }, { ...after.accessSchedule });
  if (areSetsChanged || isOtherwiseOpen) refreshCardsOf(site, id);
}

/** Puts a user into these groups and no others, and likewise with grants. Returns whether that changed anything. */
function setSets(site: Site, acsUserId: string, known: UserSets, wanted: UserSets): boolean {
  const { accessGroups, entrances } = site.store;
  const { accessGroupIds, grantedEntranceIds } = known;
  const changes = [
    ...wanted.accessGroupIds
      .filter(isNotIn(accessGroupIds))
      .map((id) => () => accessGroups.addUser(id, acsUserId)),
    ...accessGroupIds
      .filter(isNotIn(wanted.accessGroupIds))
      .map((id) => () => accessGroups.removeUser(id, acsUserId)),
    ...wanted.grantedEntranceIds
      .filter(isNotIn(grantedEntranceIds))
      .map((id) => () => entrances.grant(id, acsUserId)),
    ...grantedEntranceIds
      .filter(isNotIn(wanted.grantedEntranceIds))
      .map((id) => () => entrances.revoke(id, acsUserId)),
  ];
  for (const change of changes) change();
  return changes.length > 0;
}

const isNotIn = (others: readonly string[]) => {
  const known = new Set(others);
  return (id: string): boolean => !known.has(id);
};
