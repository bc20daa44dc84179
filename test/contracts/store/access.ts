import { describe, expect, test } from 'vitest';
import { bytes } from './records.ts';
import type { StorePlaces } from './store.ts';

/** What a store promises of keys, origins and kept answers. */
export function accessContract({ openStore }: StorePlaces): void {
  describe('API keys', () => {
    const key = (id: string, name: string) => ({
      id,
      name,
      scopes: ['read', 'scan'] as const,
      createdAt: 5,
      revokedAt: null,
    });

    test('are found by hash, id and name', () => {
      const store = openStore();
      store.apiKeys.insert(key('k1', 'pms'), bytes(1));
      expect(store.apiKeys.withHash(bytes(1))).toEqual(key('k1', 'pms'));
      expect(store.apiKeys.withHash(bytes(2))).toBeNull();
      expect(store.apiKeys.get('k1')).toEqual(key('k1', 'pms'));
      expect(store.apiKeys.get('none')).toBeNull();
      expect(store.apiKeys.withName('pms')).toEqual(key('k1', 'pms'));
      expect(store.apiKeys.withName('none')).toBeNull();
    });

    test('are revoked for good, and stay in the list', () => {
      const store = openStore();
      store.apiKeys.insert(key('k1', 'pms'), bytes(1));
      store.apiKeys.revoke('k1', 50);
      store.apiKeys.revoke('k1', 60);
      expect(store.apiKeys.withHash(bytes(1))?.revokedAt).toBe(50);
      expect(store.apiKeys.withName('pms')).toBeNull();
      expect(store.apiKeys.list().map(({ revokedAt }) => revokedAt)).toEqual([50]);
    });

    test('have a name of their own, which is free again after a revocation', () => {
      const store = openStore();
      store.apiKeys.insert(key('k1', 'pms'), bytes(1));
      expect(() => store.apiKeys.insert(key('k2', 'pms'), bytes(2))).toThrow();
      expect(() => store.apiKeys.insert(key('k2', 'another'), bytes(1))).toThrow();
      store.apiKeys.revoke('k1', 50);
      store.apiKeys.insert(key('k3', 'pms'), bytes(3));
      expect(store.apiKeys.withName('pms')?.id).toBe('k3');
      expect(store.apiKeys.list().map(({ id }) => id)).toEqual(['k1', 'k3']);
    });
  });

  describe('origins', () => {
    test('are allowed once and removed, as often as somebody says so', () => {
      const store = openStore();
      store.origins.allow('https://b.example.com', 1);
      store.origins.allow('https://a.example.com', 2);
      store.origins.allow('https://b.example.com', 3);
      expect(store.origins.list()).toEqual(['https://a.example.com', 'https://b.example.com']);
      expect(store.origins.has('https://a.example.com')).toBe(true);
      expect(store.origins.has('https://a.example.com:444')).toBe(false);
      store.origins.remove('https://a.example.com');
      store.origins.remove('https://a.example.com');
      expect(store.origins.list()).toEqual(['https://b.example.com']);
    });
  });

  describe('answers', () => {
    const answer = (clientId: string, key: string, createdAt: number) => ({
      clientId,
      key,
      requestHash: bytes(createdAt),
      status: 200,
      body: { ok: true, nested: { list: [1, null] } },
      createdAt,
    });

    test('are kept for a client and a key, once', () => {
      const store = openStore();
      store.answers.insert(answer('pms', 'k', 1));
      store.answers.insert(answer('spa', 'k', 2));
      const kept = store.answers.get('pms', 'k');
      expect(kept).toMatchObject({ clientId: 'pms', key: 'k', status: 200, createdAt: 1 });
      expect(kept?.body).toEqual({ ok: true, nested: { list: [1, null] } });
      expect([...(kept?.requestHash ?? [])]).toEqual([...bytes(1)]);
      expect(store.answers.get('pms', 'another')).toBeNull();
      expect(() => store.answers.insert(answer('pms', 'k', 3))).toThrow();
    });

    test('are forgotten when they are older than asked', () => {
      const store = openStore();
      for (const at of [1, 2, 3]) store.answers.insert(answer('pms', `k${at}`, at));
      store.answers.forgetBefore(3);
      expect(['k1', 'k2', 'k3'].map((key) => store.answers.get('pms', key)?.createdAt)).toEqual([
        undefined,
        undefined,
        3,
      ]);
    });
  });
}
