import { describe, expect, test } from 'vitest';
import type { ClientSession } from '../../../src/model/client-session.ts';
import type { PagePairing } from '../../../src/model/page-pairing.ts';
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
    ...{ allowedOrigin: null, expiresAt: 100, createdAt: 1, revokedAt: null, page: null },
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

  describe('sessions of paired pages', () => {
    const PAGE = 'https://pms.example.com';
    const paired = (id: string, more: Partial<ClientSession> = {}) =>
      session(id, {
        ...{ apiKeyId: null, allowedOrigin: PAGE },
        page: { name: 'PMS', publicKey: Buffer.from(bytes(5)), lastUsedAt: 3 },
        ...more,
      });

    test('are kept with their key; that of the desk is in no session, and nobody has one without the other', () => {
      const store = storeWithKey();
      const made = paired('p1');
      store.clientSessions.insert(made, bytes(6));
      store.clientSessions.insert(session('s1'));
      expect(store.clientSessions.get('p1')).toEqual(made);
      const kept = [...store.clientSessions.list({}, ALL).rows, ...store.clientSessions.ofPagesOf(PAGE)];
      expect(kept).toEqual([made, session('s1'), made]);
      expect(['p1', 's1', 'none'].map((id) => store.clientSessions.deskKey(id))).toEqual([
        Buffer.from(bytes(6)),
        null,
        null,
      ]);
      for (const [wrong, key] of [
        [paired('p2'), undefined],
        [session('s2'), bytes(6)],
        [paired('p3', { apiKeyId: 'k1' }), bytes(6)],
        [paired('p4', { allowedOrigin: null }), bytes(6)],
        [session('s3', { apiKeyId: null }), undefined],
      ] as const) {
        expect(() => store.clientSessions.insert(wrong, key), wrong.id).toThrow();
      }
      const used = paired('p1', { page: { name: 'PMS', publicKey: Buffer.from(bytes(5)), lastUsedAt: 9 } });
      store.clientSessions.update(used);
      expect([store.clientSessions.get('p1'), store.clientSessions.deskKey('p1')]).toEqual([
        used,
        Buffer.from(bytes(6)),
      ]);
    });

    test('are found by their very origin, but for those that were revoked', () => {
      const store = storeWithKey();
      store.clientSessions.insert(paired('p1'), bytes(6));
      store.clientSessions.insert(paired('p2', { revokedAt: 5 }), bytes(6));
      store.clientSessions.insert(paired('p3', { allowedOrigin: `${PAGE}:8443` }), bytes(6));
      store.clientSessions.insert(session('s1', { allowedOrigin: PAGE }));
      expect(store.clientSessions.ofPagesOf(PAGE).map(({ id }) => id)).toEqual(['p1']);
    });
  });

  describe('pages that ask to be paired', () => {
    const pairing = (id: string, more: Partial<PagePairing> = {}): PagePairing => ({
      ...{
        id,
        origin: `https://${id}.example.com`,
        name: null,
        scopes: ['read', 'scan'],
        triesLeft: 3,
        isShown: false,
      },
      ...{ publicKey: Buffer.from(bytes(5)), createdAt: 1, expiresAt: 100 },
      ...more,
    });

    test('are kept, found and forgotten; their code is in no other answer', () => {
      const store = openStore();
      const [one, two] = [pairing('one', { createdAt: 2, name: 'PMS' }), pairing('two', { expiresAt: 50 })];
      store.pagePairings.insert(one, '000123');
      store.pagePairings.insert(two, '999999');
      expect(store.pagePairings.get('one')).toEqual(one);
      expect(store.pagePairings.ofOrigin('https://two.example.com')).toEqual(two);
      expect(store.pagePairings.list(49)).toEqual([two, one]);
      expect(store.pagePairings.list(50)).toEqual([one]);
      expect([store.pagePairings.codeOf('one'), store.pagePairings.codeOf('none')]).toEqual(['000123', null]);
      store.pagePairings.setTriesLeft('one', 1);
      store.pagePairings.noteShown('one');
      expect(store.pagePairings.get('one')).toEqual({ ...one, triesLeft: 1, isShown: true });
      expect([store.pagePairings.forgetExpired(50), store.pagePairings.forgetExpired(50)]).toEqual([1, 0]);
      store.pagePairings.delete('one');
      expect([store.pagePairings.get('one'), store.pagePairings.ofOrigin(one.origin)]).toEqual([null, null]);
    });

    test('are one of each origin', () => {
      const store = openStore();
      store.pagePairings.insert(pairing('one'), '1');
      const same = pairing('other', { origin: 'https://one.example.com' });
      expect(() => store.pagePairings.insert(same, '2')).toThrow();
    });
  });
}
