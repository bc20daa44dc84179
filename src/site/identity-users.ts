import { deletion } from '../model/resource-change.ts';
import type { User, UserIdentity } from '../model/user.ts';
import { SiteError } from './errors.ts';
import { createUserIdentity, findUserIdentity, findUserIdentityByKey } from './identities.ts';
import { removeUserIdentity } from './resources/removal.ts';
import { type Site, tell } from './site.ts';
import { findUser, requireFreeIdentity, setIdentity } from './users.ts';

/** How a request names a person. */
export type IdentityName =
  | { readonly userIdentityId: string; readonly key?: never }
  | { readonly key: string; readonly userIdentityId?: never };

/** Throws `user_identity_not_found`. */
export function findIdentity(site: Site, name: IdentityName): UserIdentity {
  return name.key === undefined
    ? findUserIdentity(site, name.userIdentityId)
    : findUserIdentityByKey(site, name.key);
}

/**
 * Makes a user a person's; one who is that already stays so. A key that nobody has makes a person of it, with what is known of the user.
 * Throws `acs_user_not_found`, `user_identity_not_found`, or `duplicate_user_identity` when the user is another person's, or the person has
 * another user.
 */
export function addUserToIdentity(site: Site, name: IdentityName, acsUserId: string): User {
  return site.store.transaction(() => {
    const user = findUser(site, { acsUserId });
    const id = name.key === undefined ? name.userIdentityId : idWithKey(site, name.key, user);
    if (user.userIdentityId === id) return user;
    if (user.userIdentityId !== null) {
      throw new SiteError(
        'duplicate_user_identity',
        `The user ${user.id} has the user identity ${user.userIdentityId} already. Remove the user from that one first.`,
        { acs_user_id: user.id, user_identity_id: user.userIdentityId },
      );
    }
    requireFreeIdentity(site, id);
    return setIdentity(site, user, id);
  });
}

function idWithKey(site: Site, key: string, { fullName, emailAddress, phoneNumber }: User): string {
  const known = site.store.userIdentities.withKey(key);
  return (known ?? createUserIdentity(site, { key, fullName, emailAddress, phoneNumber })).id;
}

/** Makes a person's user nobody's in particular. Throws `acs_user_not_found`, or `invalid_input` when the user is not that person's. */
export function removeUserFromIdentity(site: Site, userIdentityId: string, acsUserId: string): User {
  return site.store.transaction(() => {
    findUserIdentity(site, userIdentityId);
    const user = findUser(site, { acsUserId });
    if (user.userIdentityId === userIdentityId) return setIdentity(site, user, null);
    throw new SiteError(
      'invalid_input',
      `The user ${user.id} does not have the user identity ${userIdentityId}.`,
      { acs_user_id: user.id, user_identity_id: user.userIdentityId },
    );
  });
}

/**
 * Removes a person with all that was the person's alone, as Seam does: the user with the codes (cards stay known, and belong to nobody) and
 * the client sessions that could act for the person. Throws `user_identity_not_found`.
 */
export function deleteUserIdentity(site: Site, id: string): void {
  site.store.transaction(() => {
    findUserIdentity(site, id);
    for (const change of removeUserIdentity(site, id)) tell(site, change);
    tell(site, deletion('user_identity', id));
  });
}
