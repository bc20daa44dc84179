import type { Beneficiary } from '../model/attempt.ts';
import { type AccessSchedule, identityDisplayName, type User, type UserIdentity } from '../model/user.ts';
import { invalidateCredentialsOf } from './credentials.ts';
import { SiteError } from './errors.ts';
import { findUserIdentity } from './identities.ts';
import { announce, newId, type Site, tellBackend } from './site.ts';

export interface NewUser {
  readonly fullName: string;
  readonly emailAddress: string | null;
  readonly phoneNumber: string | null;
  readonly accessSchedule: AccessSchedule | null;
  readonly userIdentityId: string | null;
}

/** Makes a user. Throws `user_identity_not_found`, or `duplicate_user_identity` when another user has that identity. */
export function createUser(site: Site, order: NewUser): User {
  return site.store.transaction(() => {
    if (order.userIdentityId !== null) {
      findUserIdentity(site, order.userIdentityId);
      const holder = site.store.users.ofIdentity(order.userIdentityId);
      if (holder !== null) {
        throw new SiteError(
          'duplicate_user_identity',
          `The user identity ${order.userIdentityId} already belongs to the user ${holder.id}. Use that user.`,
          { acs_user_id: holder.id },
        );
      }
    }
    const user: User = {
      ...order,
      id: newId(),
      isSuspended: false,
      hidAcsSystemId: null,
      createdAt: site.clock.now(),
    };
    site.store.users.insert(user);
    announce(site, 'acs_user.created', { acsUserId: user.id });
    tellBackend(site, 'acs_user.created', user.id, user);
    return user;
  });
}

/** How a request names a user. */
export type UserName =
  | { readonly acsUserId: string; readonly userIdentityId?: never }
  | { readonly userIdentityId: string; readonly acsUserId?: never };

/** Throws `acs_user_not_found`. */
export function findUser(site: Site, name: UserName): User {
  const user =
    name.acsUserId !== undefined
      ? site.store.users.get(name.acsUserId)
      : site.store.users.ofIdentity(name.userIdentityId);
  if (user === null) {
    throw new SiteError(
      'acs_user_not_found',
      name.acsUserId !== undefined
        ? `There is no user ${name.acsUserId} here.`
        : `No user here has the user identity ${name.userIdentityId}.`,
      name.acsUserId !== undefined
        ? { acs_user_id: name.acsUserId }
        : { user_identity_id: name.userIdentityId },
    );
  }
  return user;
}

export type UserUpdate = Partial<Omit<User, 'id' | 'createdAt' | 'userIdentityId'>>;

/** Changes what `update` has, and leaves the rest. Throws `acs_user_not_found`. */
export function updateUser(site: Site, name: UserName, update: UserUpdate): User {
  return site.store.transaction(() => {
    const user = { ...findUser(site, name), ...update };
    site.store.users.update(user);
    tellBackend(site, 'acs_user.updated', user.id, user);
    return user;
  });
}

/** Removes a user. Codes go with the user; cards stay known and belong to nobody. Throws `acs_user_not_found`. */
export function deleteUser(site: Site, name: UserName): void {
  site.store.transaction(() => {
    const user = findUser(site, name);
    invalidateCredentialsOf(site, user.id);
    site.store.users.delete(user.id);
    announce(site, 'acs_user.deleted', { acsUserId: user.id });
    tellBackend(site, 'acs_user.deleted', user.id, {});
  });
}

export function beneficiaryOf(name: UserName): Beneficiary {
  return name.acsUserId === undefined
    ? { kind: 'user_identity', userIdentityId: name.userIdentityId }
    : { kind: 'acs_user', acsUserId: name.acsUserId };
}

/** Throws when there is nobody by that name: `acs_user_not_found` or `user_identity_not_found`. */
export function findBeneficiary(site: Site, beneficiary: Beneficiary): User | UserIdentity {
  return beneficiary.kind === 'acs_user'
    ? findUser(site, { acsUserId: beneficiary.acsUserId })
    : findUserIdentity(site, beneficiary.userIdentityId);
}

/** Whether there is somebody by that name. */
export function isKnown(site: Site, beneficiary: Beneficiary): boolean {
  return beneficiary.kind === 'acs_user'
    ? site.store.users.get(beneficiary.acsUserId) !== null
    : site.store.userIdentities.get(beneficiary.userIdentityId) !== null;
}

/** The user that a beneficiary is, if there is one yet. */
export function userOf(site: Site, beneficiary: Beneficiary): User | null {
  return beneficiary.kind === 'acs_user'
    ? site.store.users.get(beneficiary.acsUserId)
    : site.store.users.ofIdentity(beneficiary.userIdentityId);
}

/** The user that a beneficiary is; one is made for an identity that has none, once. Throws when there is nobody by that name. */
export function userFor(site: Site, beneficiary: Beneficiary): User {
  return site.store.transaction(() => {
    if (beneficiary.kind === 'acs_user') return findUser(site, { acsUserId: beneficiary.acsUserId });
    const linked = site.store.users.ofIdentity(beneficiary.userIdentityId);
    if (linked !== null) return linked;
    const identity = findUserIdentity(site, beneficiary.userIdentityId);
    return createUser(site, {
      fullName: identityDisplayName(identity),
      emailAddress: identity.emailAddress,
      phoneNumber: identity.phoneNumber,
      accessSchedule: null,
      userIdentityId: identity.id,
    });
  });
}
