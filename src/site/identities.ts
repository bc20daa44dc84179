import { stateOf } from '../model/resource.ts';
import { creation, update } from '../model/resource-change.ts';
import type { UserIdentity } from '../model/user.ts';
import { SiteError } from './errors.ts';
import { newId, type Site, tell } from './site.ts';

export type NewUserIdentity = Omit<UserIdentity, 'id' | 'createdAt'>;

/** Makes an identity. Throws `duplicate_user_identity` when its key, its e-mail address or its phone number is taken. */
export function createUserIdentity(site: Site, order: NewUserIdentity): UserIdentity {
  return site.store.transaction(() => {
    const identity: UserIdentity = { ...order, id: newId(), createdAt: site.clock.now() };
    requireUnique(site, identity);
    site.store.userIdentities.insert(identity);
    tell(site, creation('user_identity', identity.id, stateOf(identity)));
    return identity;
  });
}

/** Changes what `changes` has, and leaves the rest. Throws `user_identity_not_found`, and as `createUserIdentity`. */
export function updateUserIdentity(site: Site, id: string, changes: Partial<NewUserIdentity>): UserIdentity {
  return site.store.transaction(() => {
    const before = findUserIdentity(site, id);
    const identity = { ...before, ...changes };
    requireUnique(site, identity);
    site.store.userIdentities.update(identity);
    tell(site, update('user_identity', id, stateOf(before), stateOf(identity)));
    return identity;
  });
}

/** Seam: each of the three is unique among the identities of a workspace; an e-mail address, whatever its case. */
function requireUnique(site: Site, { id, key, emailAddress, phoneNumber }: UserIdentity): void {
  const { userIdentities } = site.store;
  const taken = [
    { what: `key ${key}`, holder: key === null ? null : userIdentities.withKey(key) },
    {
      what: `e-mail address ${emailAddress}`,
      holder: emailAddress === null ? null : userIdentities.withEmailAddress(emailAddress),
    },
    {
      what: `phone number ${phoneNumber}`,
      holder: phoneNumber === null ? null : userIdentities.withPhoneNumber(phoneNumber),
    },
  ];
  for (const { what, holder } of taken) {
    if (holder === null || holder.id === id) continue;
    throw new SiteError(
      'duplicate_user_identity',
      `The ${what} is taken by the user identity ${holder.id}. Use that identity, or another value.`,
      { user_identity_id: holder.id },
    );
  }
}

/** Throws `user_identity_not_found`. */
export function findUserIdentity(site: Site, id: string): UserIdentity {
  const identity = site.store.userIdentities.get(id);
  if (identity === null) {
    throw new SiteError('user_identity_not_found', `There is no user identity ${id} here.`, {
      user_identity_id: id,
    });
  }
  return identity;
}

/** Throws `user_identity_not_found`. */
export function findUserIdentityByKey(site: Site, key: string): UserIdentity {
  const identity = site.store.userIdentities.withKey(key);
  if (identity === null) {
    throw new SiteError('user_identity_not_found', `There is no user identity with the key ${key} here.`, {
      user_identity_key: key,
    });
  }
  return identity;
}
