import type { Beneficiary } from '../model/attempt.ts';
import type { Credential } from '../model/credential.ts';
import type { Entrance } from '../model/entrance.ts';
import { credentialState, stateOf } from '../model/resource.ts';
import { membership, update } from '../model/resource-change.ts';
import type { User } from '../model/user.ts';
import { isOver } from '../model/validity.ts';
import { EVERY_ROW } from '../store/paging.ts';
import { findAccessGroup } from './access-groups.ts';
import { isValid } from './credential-validity.ts';
import { findEntrance } from './entrances.ts';
import { refreshCardsOf } from './reissue.ts';
import { type Site, tell } from './site.ts';
import { findUser, type UserName, userFor } from './users.ts';

/*
 * What a user may open: by grants, by access groups and by what the user's credentials have themselves; nothing while
 * suspended. Whoever changes it here also notes which cards must be issued again, in the same transaction.
 */

/** Lets somebody open an entrance; a person who is no user yet becomes one. Throws when there is no such entrance or nobody by that name. */
export function grantAccess(site: Site, acsEntranceId: string, beneficiary: Beneficiary): void {
  site.store.transaction(() => {
    const entrance = findEntrance(site, acsEntranceId);
    const user = userFor(site, beneficiary);
    site.store.entrances.grant(entrance.id, user.id);
    refreshCardsOf(site, user.id);
    tell(site, membership('acs_user', user.id, 'grantedEntranceIds', { added: [entrance.id] }));
  });
}

/** The entrances that a user may open: none while suspended, and none once the user's access schedule has ended. */
export function entrancesOpenTo(site: Site, { id, accessSchedule }: User): readonly Entrance[] {
  if (accessSchedule !== null && isOver(accessSchedule, site.clock.now())) return [];
  return site.store.entrances.list({ acsUserId: id }, EVERY_ROW).rows;
}

/**
 * The credentials that open an entrance, by themselves or by their holder, none of them nobody's; with `onlyValid` not those that are still to be issued, over or
 * being deleted. Throws `acs_entrance_not_found`.
 */
export function credentialsThatOpen(
  site: Site,
  acsEntranceId: string,
  onlyValid: boolean,
): readonly Credential[] {
  const { id } = findEntrance(site, acsEntranceId);
  const { rows } = site.store.credentials.list({ acsEntranceId: id }, EVERY_ROW);
  return onlyValid ? rows.filter((credential) => isValid(site, credential)) : rows;
}

/**
 * Takes from a user all that opens anything: grants, access groups, and what the user's credentials open by themselves.
 * The credentials stay. Throws `acs_user_not_found`.
 */
export function revokeAllAccess(site: Site, name: UserName): void {
  site.store.transaction(() => {
    const { id } = findUser(site, name);
    const granted = site.store.entrances.grantedTo(id);
    const groupIds = site.store.accessGroups.list({ acsUserId: id }, EVERY_ROW).rows.map((group) => group.id);
    site.store.entrances.revokeAll(id);
    for (const groupId of groupIds) site.store.accessGroups.removeUser(groupId, id);
    for (const credential of site.store.credentials.list({ acsUserId: id }, EVERY_ROW).rows) {
      if (credential.entranceIds.length > 0) openNothing(site, credential);
    }
    refreshCardsOf(site, id);
    tell(site, membership('acs_user', id, 'accessGroupIds', { removed: groupIds }));
    tell(site, membership('acs_user', id, 'grantedEntranceIds', { removed: granted }));
  });
}

function openNothing(site: Site, credential: Credential): void {
  const changed = { ...credential, entranceIds: [] };
  site.store.credentials.update(changed);
  tell(site, update('acs_credential', credential.id, credentialState(credential), credentialState(changed)));
}

/** Takes from a user all that the user may open until `unsuspendUser`; who is suspended already stays so. Throws `acs_user_not_found`. */
export function suspendUser(site: Site, name: UserName): void {
  setSuspended(site, name, true);
}

/** Gives a suspended user back what the user may open. Throws `acs_user_not_found`. */
export function unsuspendUser(site: Site, name: UserName): void {
  setSuspended(site, name, false);
}

function setSuspended(site: Site, name: UserName, isSuspended: boolean): void {
  site.store.transaction(() => {
    const user = findUser(site, name);
    if (user.isSuspended === isSuspended) return;
    const changed = { ...user, isSuspended };
    site.store.users.update(changed);
    refreshCardsOf(site, user.id);
    tell(site, update('acs_user', user.id, stateOf(user), stateOf(changed)));
  });
}

/**
 * Puts somebody into an access group; who is in it already stays there. A person who is no user yet becomes one.
 * Throws when there is no such group or nobody by that name.
 */
export function addToAccessGroup(site: Site, acsAccessGroupId: string, beneficiary: Beneficiary): void {
  site.store.transaction(() => {
    const group = findAccessGroup(site, acsAccessGroupId);
    const user = userFor(site, beneficiary);
    if (site.store.accessGroups.hasUser(group.id, user.id)) return;
    site.store.accessGroups.addUser(group.id, user.id);
    refreshCardsOf(site, user.id);
    tell(site, membership('acs_user', user.id, 'accessGroupIds', { added: [group.id] }));
  });
}

/** Takes a user out of an access group; who is not in it stays out. Throws `acs_access_group_not_found` or `acs_user_not_found`. */
export function removeFromAccessGroup(site: Site, acsAccessGroupId: string, name: UserName): void {
  site.store.transaction(() => {
    const group = findAccessGroup(site, acsAccessGroupId);
    const user = findUser(site, name);
    if (!site.store.accessGroups.hasUser(group.id, user.id)) return;
    site.store.accessGroups.removeUser(group.id, user.id);
    refreshCardsOf(site, user.id);
    tell(site, membership('acs_user', user.id, 'accessGroupIds', { removed: [group.id] }));
  });
}
