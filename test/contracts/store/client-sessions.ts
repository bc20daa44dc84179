import { describe, expect, test } from 'vitest';
import type { ClientSession } from '../../../src/model/client-session.ts';
import { ALL, bytes, ids } from './records.ts';
import type { StorePlaces } from './store.ts';

/** What a store promises of client sessions. */
export function clientSessionsContract({ openStore }: StorePlaces): void {
  const session = (id: string, more: Partial<ClientSession> = {}): ClientSession => ({
    ...{
      id,
      apiKeyId: 'k1',
      userIdentifierKey: null,
      userIdentityIds: [],
      scopes: ['read'],
    },
    ...{ allowedOrigin: null, expiresAt: 100, createdAt: 1, revokedAt: null },
    ...more,
  });
  const storeWithKey = () => {
    const store = openStore();
    store.apiKeys.insert(
      { id: 'k1', name: 'pms', scopes: ['read'], createdAt: 1, revokedAt: null },
      bytes(1),
    );
    return store;
  };

  describe('client sessions', () => {
    test('are kept, changed and removed with their tokens', () => {
      const store = storeWithKey();
      const made = session('s1', { userIdentityIds: ['i1', 'i2'], allowedOrigin: 'https://a.example.com' });
      store.clientSessions.insert(made);
      store.clientSessions.addToken('s1', bytes(7), 1);
      expect(store.clientSessions.get('s1')).toEqual(made);
      expect(store.clientSessions.withHash(bytes(7))).toEqual(made);
      expect(store.clientSessions.withHash(bytes(8))).toBeNull();
      const changed = session('s1', {
        userIdentityIds: ['i3'],
        allowedOrigin: 'https://pms.example.com',
        revokedAt: 50,
      });
      store.clientSessions.update(changed);
      expect(store.clientSessions.withHash(bytes(7))).toEqual(changed);
      store.clientSessions.delete('s1');
      expect([store.clientSessions.get('s1'), store.clientSessions.withHash(bytes(7))]).toEqual([null, null]);
      expect(() => store.clientSessions.insert(session('s2', { apiKeyId: 'none' }))).toThrow();
      expect(() => store.clientSessions.addToken('none', bytes(9), 1)).toThrow();
    });

    test('are found by every filter, and by all of them together', () => {
      const store = storeWithKey();
      store.clientSessions.insert(session('s2', { userIdentifierKey: 'u', userIdentityIds: ['i1'] }));
      store.clientSessions.insert(session('s1', { userIdentityIds: ['i1', 'i2'] }));
      store.clientSessions.insert(session('s3', { userIdentifierKey: 'u' }));
      const found = (filter: Parameters<typeof store.clientSessions.list>[0]) =>
        ids(store.clientSessions.list(filter, ALL));
      expect(found({})).toEqual(['s2', 's1', 's3']);
      expect(found({ id: 's1' })).toEqual(['s1']);
      expect(found({ userIdentifierKey: 'u' })).toEqual(['s2', 's3']);
      expect(found({ userIdentityId: 'i1' })).toEqual(['s2', 's1']);
      expect(found({ isWithoutUserIdentifierKey: true })).toEqual(['s1']);
      expect(found({ userIdentityId: 'i1', userIdentifierKey: 'u' })).toEqual(['s2']);
      expect(found({ id: 's1', userIdentityId: 'i2', isWithoutUserIdentifierKey: true })).toEqual(['s1']);
      store.clientSessions.update(session('s1', { userIdentityIds: ['i2'] }));
      expect(found({ userIdentityId: 'i1' })).toEqual(['s2']);
    });

    test('keep their newest tokens', () => {
      const store = storeWithKey();
      store.clientSessions.insert(session('s1'));
      store.clientSessions.insert(session('s2'));
      for (const at of [1, 2, 3]) store.clientSessions.addToken('s1', bytes(at), at);
      store.clientSessions.addToken('s2', bytes(9), 0);
      store.clientSessions.keepTokens('s1', 2);
      const found = [1, 2, 3, 9].map((first) => store.clientSessions.withHash(bytes(first))?.id);
      expect(found).toEqual([undefined, 's1', 's1', 's2']);
    });

    test('are forgotten when they have been over for long, the longest first', () => {
      const store = storeWithKey();
      store.clientSessions.insert(session('revoked', { revokedAt: 20 }));
      store.clientSessions.insert(session('expired', { expiresAt: 10 }));
      store.clientSessions.insert(session('open'));
      expect(store.clientSessions.forgetBefore(50, 1)).toBe(1);
      expect(ids(store.clientSessions.list({}, ALL))).toEqual(['revoked', 'open']);
      expect(store.clientSessions.forgetBefore(50, 9)).toBe(1);
      expect(ids(store.clientSessions.list({}, ALL))).toEqual(['open']);
    });
  });
}
