import { createHash, randomBytes } from 'node:crypto';
import type { ApiKey, Scope } from '../model/api-key.ts';
import type { Store } from '../store/store.ts';
import { newId } from './site.ts';

/** Makes a key; the key itself is in the answer only, the store keeps its hash. Throws when the name is taken. */
export function createApiKey(
  store: Store,
  order: { readonly name: string; readonly scopes: readonly Scope[] },
  now: number,
): { readonly token: string; readonly key: ApiKey } {
  return store.transaction(() => {
    if (store.apiKeys.withName(order.name) !== null) {
      throw new Error(
        `There is a key named "${order.name}" already. Revoke it first, or choose another name.`,
      );
    }
    const token = `seam_local_${randomBytes(32).toString('base64url')}`;
    const key: ApiKey = {
      id: newId(),
      name: order.name,
      scopes: order.scopes,
      createdAt: now,
      revokedAt: null,
    };
    store.apiKeys.insert(key, hashToken(token));
    return { token, key };
  });
}

/** Revokes the key of this name. Throws when there is none. */
export function revokeApiKey(store: Store, name: string, now: number): ApiKey {
  return store.transaction(() => {
    const key = store.apiKeys.withName(name);
    if (key === null) throw new Error(`There is no key named "${name}". See: encoderctl keys list`);
    store.apiKeys.revoke(key.id, now);
    return { ...key, revokedAt: now };
  });
}

/** What the store keeps of a token: SHA-256. The token has 256 random bits, so it needs no salt. */
export function hashToken(token: string): Uint8Array {
  return createHash('sha256').update(token).digest();
}
