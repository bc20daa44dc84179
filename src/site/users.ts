import type { Beneficiary } from '../model/attempt.ts';
import { stateOf } from '../model/resource.ts';
import { creation, deletion, update } from '../model/resource-change.ts';
import { type AccessSchedule, identityDisplayName, type User, type UserIdentity } from '../model/user.ts';
import { findAccessGroup } from './access-groups.ts';
import { SiteError } from './errors.ts';
import { findUserIdentity } from './identities.ts';
import { refreshCardsOf } from './reissue.ts';
import { removeUser } from './resources/removal.ts';
import { announce, newId, type Site, tell } from './site.ts';
import { checkSystem } from './systems.ts';

export interface NewUser {
  readonly fullName: string;
  readonly emailAddress: string | null;
  readonly phoneNumber: string | null;
  readonly accessSchedule: AccessSchedule | null;
  readonly userIdentityId: string | null;
}

/**
 * Makes a user, in these access groups. Throws `user_identity_not_found`, `acs_access_group_not_found`,
 * `duplicate_user_identity` when another user has that identity, or `invalid_input` for a schedule that is over.
 */
export function createUser(site: Site, order: NewUser, accessGroupIds: readonly string[] = []): User {
  return site.store.transaction(() => {
    if (order.userIdentityId !== null) requireFreeIdentity(site, order.userIdentityId);
    requireFuture(site, order.accessSchedule);
    const user: User = {
      ...order,
      id: newId(),
      isSuspended: false,
      hidAcsSystemId: null,
      createdAt: site.clock.now(),
    };
    site.store.users.insert(user);
    for (const id of accessGroupIds) site.store.accessGroups.addUser(findAccessGroup(site, id).id, user.id);
    announce(site, 'acs_user.created', { acsUserId: user.id });
    tell(site, creation('acs_user', user.id, stateOf(user, { accessGroupIds }), 'acs_user.created'));
    return user;
  });
}

function requireFuture(site: Site, schedule: AccessSchedule | null): void {
  if (schedule === null || schedule.endsAt === null) return;
  if (schedule.endsAt > Math.max(site.clock.now(), schedule.startsAt)) return;
  throw new SiteError('invalid_input', 'ends_at must be in the future and after starts_at.');
}

/** Throws `user_identity_not_found`, or `duplicate_user_identity` when a user has that identity. */
export function requireFreeIdentity(site: Site, userIdentityId: string): void {
  findUserIdentity(site, userIdentityId);
  const holder = site.store.users.ofIdentity(userIdentityId);
  if (holder === null) return;
  throw new SiteError(
    'duplicate_user_identity',
    `The user identity ${userIdentityId} already belongs to the user ${holder.id}. Use that user.`,
    { acs_user_id: holder.id },
  );
}

/** How a request names a user; in which access system, if it says so. */
export type UserName = { readonly acsSystemId?: string | undefined } & (
  | { readonly acsUserId: string; readonly userIdentityId?: never }
  | { readonly userIdentityId: string; readonly acsUserId?: never }
);

/** Throws `acs_user_not_found`, or `acs_system_not_found`. */
export function findUser(site: Site, name: UserName): User {
  if (name.acsSystemId !== undefined) checkSystem(site, name.acsSystemId);
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

export type UserUpdate = Partial<Omit<User, 'id' | 'createdAt' | 'userIdentityId' | 'isSuspended'>>;

/** Changes what `changes` has, and leaves the rest. Cards that say other times than a new schedule allows must be issued again. Throws `acs_user_not_found`, or `invalid_input` for a schedule that is over. */
export function updateUser(site: Site, name: UserName, changes: UserUpdate): User {
  return site.store.transaction(() => {
    const before = findUser(site, name);
    const user = { ...before, ...changes };
    if (changes.accessSchedule !== undefined) requireFuture(site, changes.accessSchedule);
    site.store.users.update(user);
    if (changes.accessSchedule !== undefined) refreshCardsOf(site, user.id);
    tell(site, update('acs_user', user.id, stateOf(before), stateOf(user)));
    return user;
  });
}

/** Removes a user. Codes go with the user; cards stay known and belong to nobody. Throws `acs_user_not_found`. */
export function deleteUser(site: Site, name: UserName): void {
  site.store.transaction(() => {
    const user = findUser(site, name);
    for (const change of removeUser(site, user.id)) tell(site, change);
    announce(site, 'acs_user.deleted', { acsUserId: user.id });
    tell(site, deletion('acs_user', user.id, 'acs_user.deleted'));
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

/** The user that a beneficiary is, or becomes by `userFor`; null: that one is still to be made, or there is nobody by that name. */
export function userOf(site: Site, beneficiary: Beneficiary): User | null {
  if (beneficiary.kind === 'acs_user') return site.store.users.get(beneficiary.acsUserId);
  const linked = site.store.users.ofIdentity(beneficiary.userIdentityId);
  if (linked !== null) return linked;
  const identity = site.store.userIdentities.get(beneficiary.userIdentityId);
  return identity === null ? null : site.store.users.unlinked(identity.emailAddress, identity.phoneNumber);
}

/**
 * The user that a beneficiary is. An identity that has none is linked to the one user with its e-mail address or phone number who has no
 * identity yet; where there is none, or several may be meant, one is made, once. Throws when there is nobody by that name.
 */
export function userFor(site: Site, beneficiary: Beneficiary): User {
  return site.store.transaction(() => {
    if (beneficiary.kind === 'acs_user') return findUser(site, { acsUserId: beneficiary.acsUserId });
    const identity = findUserIdentity(site, beneficiary.userIdentityId);
    const known = userOf(site, beneficiary);
    if (known !== null) return known.userIdentityId === null ? setIdentity(site, known, identity.id) : known;
    return createUser(site, {
      fullName: identityDisplayName(identity),
      emailAddress: identity.emailAddress,
      phoneNumber: identity.phoneNumber,
      accessSchedule: null,
      userIdentityId: identity.id,
    });
  });
}

/** Notes whose user this is; `userIdentityId` null: nobody's in particular. */
export function setIdentity(site: Site, user: User, userIdentityId: string | null): User {
  return site.store.transaction(() => {
    const changed = { ...user, userIdentityId };
    site.store.users.update(changed);
    tell(site, update('acs_user', user.id, stateOf(user), stateOf(changed)));
    return changed;
  });
}
