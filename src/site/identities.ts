import type { UserIdentity } from '../model/user.ts';
import { SiteError } from './errors.ts';
import { newId, type Site, tellBackend } from './site.ts';

export type NewUserIdentity = Omit<UserIdentity, 'id' | 'createdAt'>;

/** Makes an identity. Throws `duplicate_user_identity` when the key is taken. */
export function createUserIdentity(site: Site, order: NewUserIdentity): UserIdentity {
  return site.store.transaction(() => {
    const holder = order.key === null ? null : site.store.userIdentities.withKey(order.key);
    if (holder !== null) {
      throw new SiteError(
        'duplicate_user_identity',
        `The user identity key ${order.key} is taken by ${holder.id}. Use that identity, or another key.`,
        { user_identity_id: holder.id },
      );
    }
    const identity: UserIdentity = { ...order, id: newId(), createdAt: site.clock.now() };
    site.store.userIdentities.insert(identity);
    tellBackend(site, 'user_identity.created', identity.id, identity);
    return identity;
  });
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
