import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { createApiKey, hashToken, revokeApiKey } from '../../../src/site/api-keys.ts';
import { openTestSite } from './site-bed.ts';

test('a key is shown once, is 256 random bits, and only its hash is kept', () => {
  const { store } = openTestSite();
  const { token, key } = createApiKey(store, { name: 'pms', scopes: ['read'] }, 5);
  expect(token).toMatch(/^seam_local_[A-Za-z0-9_-]{43}$/);
  expect(key).toMatchObject({ name: 'pms', scopes: ['read'], createdAt: 5, revokedAt: null });
  expect(store.apiKeys.withHash(createHash('sha256').update(token).digest())).toEqual(key);
  expect(JSON.stringify(store.apiKeys.list())).not.toContain(token);
  const another = createApiKey(store, { name: 'spa', scopes: ['read'] }, 5);
  expect(another.token).not.toBe(token);
});

test('a name is taken until its key is revoked', () => {
  const { store } = openTestSite();
  const first = createApiKey(store, { name: 'pms', scopes: ['read'] }, 5);
  expect(() => createApiKey(store, { name: 'pms', scopes: ['read'] }, 6)).toThrow(
    'There is a key named "pms" already. Revoke it first, or choose another name.',
  );
  expect(revokeApiKey(store, 'pms', 7)).toEqual({ ...first.key, revokedAt: 7 });
  expect(() => revokeApiKey(store, 'pms', 8)).toThrow('There is no key named "pms"');
  createApiKey(store, { name: 'pms', scopes: ['read'] }, 9);
  expect(store.apiKeys.withHash(hashToken(first.token))?.revokedAt).toBe(7);
});
