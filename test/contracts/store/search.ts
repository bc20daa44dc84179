import { describe, expect, test } from 'vitest';
import { credentialDisplayName } from '../../../src/model/credential.ts';
import type { Store } from '../../../src/store/store.ts';
import { ALL, cardOf, codeOf, identity, ids, user } from './records.ts';
import type { StorePlaces } from './store.ts';

/** More rows than may wait to be indexed. */
const MANY = 300;

/** What a store promises of a search: it finds every part of every text, in every row as it is now, however many there are. */
export function searchContract({ openPlace, openStore }: StorePlaces): void {
  const found = (store: Store, search: string) => ids(store.users.list({ search }, ALL));

  /** Users whose rows were made, and indexed, long ago. */
  const crowded = () => {
    const store = openStore();
    store.transaction(() => {
      for (let at = 0; at < MANY; at += 1)
        store.users.insert(user(`u${at}`, { fullName: `Guest No. ${at}` }));
    });
    return store;
  };

  describe.each([
    ['a few rows', openStore],
    ['many rows', crowded],
  ])('a search in %s', (_, open) => {
    test('finds parts of one, two and more letters, at either end and in the middle', () => {
      const store = open();
      store.users.insert(user('zz', { fullName: 'Şebnem Çokluk-Weiß', emailAddress: 'q@x.org' }));
      for (const search of ['ş', 'ŞE', 'Şeb', 'weiß', 'Iß', 'ß', 'k-w', '-', 'Ç', 'q@', 'm ç', 'zz', 'x.ORG'])
        expect(found(store, search), search).toEqual(['zz']);
      for (const search of ['ßw', 'şç', 'zzz', 'weißq', 'gq@'])
        expect(found(store, search), search).toEqual([]);
    });

    test('finds letters outside the first plane, and those that become two when they are small', () => {
      const store = open();
      store.users.insert(user('zz', { fullName: '𝔄da 🛎 İpek' }));
      for (const search of ['🛎', '𝔄da', 'a 🛎', 'i̇p', 'İPEK'])
        expect(found(store, search), search).toEqual(['zz']);
    });

    test('takes a text that is longer than any row, and signs that mean something elsewhere', () => {
      const store = open();
      store.users.insert(user('zz', { fullName: `${'x'.repeat(200)} "NEAR(a, b)" AND * ^ %_'` }));
      for (const search of ['x'.repeat(150), '"near(', 'AND *', "%_'", '^', '"', '*'])
        expect(found(store, search), search).toEqual(['zz']);
      expect(found(store, 'x'.repeat(300))).toEqual([]);
      expect(found(store, 'y'.repeat(10_000))).toEqual([]);
    });

    test('does not find rows that have all pieces of a part but not the part', () => {
      const store = open();
      store.users.insert(user('z1', { fullName: 'abcd bcde' }));
      store.users.insert(user('z2', { fullName: 'abcde' }));
      expect(found(store, 'abcde')).toEqual(['z2']);
    });

    test('finds a row as it is now, and not as it was', () => {
      const store = open();
      store.users.insert(user('zz', { fullName: 'Wanda Quux' }));
      store.users.update(user('zz', { fullName: 'Vera Quux' }));
      expect([found(store, 'wanda'), found(store, 'vera'), found(store, 'quux')]).toEqual([
        [],
        ['zz'],
        ['zz'],
      ]);
      store.users.delete('zz');
      expect([found(store, 'vera'), found(store, 'quux')]).toEqual([[], []]);
    });

    test('finds a user by what the identity is and is called, as it is now', () => {
      const store = open();
      const person = { fullName: 'Rózsa Quux', emailAddress: 'R@quux.org', phoneNumber: '+36177' };
      store.userIdentities.insert(identity('i-7', person));
      store.users.insert(user('zz'));
      expect(found(store, 'quux')).toEqual([]);
      store.users.update(user('zz', { userIdentityId: 'i-7' }));
      for (const search of ['RÓZSA', 'quux.ORG', '3617', 'I-7', 'x'])
        expect(found(store, search), search).toEqual(['zz']);
      store.userIdentities.update(identity('i-7', { ...person, fullName: 'Wanda', key: 'xyz' }));
      expect([found(store, 'rózsa'), found(store, 'wanda'), found(store, 'xyz')]).toEqual([[], ['zz'], []]);
      store.users.update(user('zz'));
      expect([found(store, 'wanda'), found(store, 'i-7')]).toEqual([[], []]);
    });

    test('finds a letter that is composed by one that is not, and the other way round', () => {
      const store = open();
      for (const form of ['NFC', 'NFD'])
        store.users.insert(user(form, { fullName: 'Žofie Übü'.normalize(form) }));
      for (const form of ['NFC', 'NFD', 'NFKD'])
        for (const search of ['ž', 'Žof', 'übü', 'BÜ'])
          expect(found(store, search.normalize(form)), search).toEqual(['NFC', 'NFD']);
    });

    test('whose transaction is undone changed nothing', () => {
      const store = open();
      store.users.insert(user('zz', { fullName: 'Wanda' }));
      expect(() =>
        store.transaction(() => {
          store.users.update(user('zz', { fullName: 'Vera' }));
          for (let at = 0; at < MANY; at += 1) store.users.insert(user(`w${at}`, { fullName: `Vera ${at}` }));
          expect(found(store, 'vera')).toHaveLength(MANY + 1);
          throw new Error('undone');
        }),
      ).toThrow('undone');
      expect([found(store, 'wanda'), found(store, 'vera')]).toEqual([['zz'], []]);
    });
  });

  test('rows that were indexed are found as they are after each change, page by page', () => {
    const store = crowded();
    store.users.update(user('u7', { fullName: 'Clerk' }));
    store.users.delete('u8');
    store.users.insert(user('late', { fullName: 'Guest of honour' }));
    const expected = Array.from({ length: MANY }, (_, at) => `u${at}`).filter(
      (id) => !['u7', 'u8'].includes(id),
    );
    expect(found(store, 'GUEST')).toEqual([...expected, 'late']);
    const first = store.users.list({ search: 'guest' }, { after: 0, limit: 200 });
    const second = store.users.list({ search: 'guest' }, { after: first.nextAfter ?? 0, limit: 200 });
    expect([...ids(first), ...ids(second)]).toEqual([...expected, 'late']);
    expect(second.nextAfter).toBeNull();
    expect(found(store, 'clerk')).toEqual(['u7']);
  });

  test('users that were indexed are found by their identities, as these are linked, changed and unlinked', () => {
    const store = openStore();
    const one = (at: number, fullName: string) => identity(`i${at}`, { fullName });
    const each = Array.from({ length: MANY }, (_, at) => at);
    store.transaction(() => {
      for (const at of each) {
        store.userIdentities.insert(one(at, 'Guest'));
        store.users.insert(user(`u${at}`));
      }
    });
    const link = (idOf: (at: number) => string | null) =>
      store.transaction(() => {
        for (const at of each) store.users.update(user(`u${at}`, { userIdentityId: idOf(at) }));
      });
    expect(found(store, 'guest')).toEqual([]);
    link((at) => `i${at}`);
    expect(found(store, 'guest')).toHaveLength(MANY);
    store.transaction(() => {
      for (const at of each) store.userIdentities.update(one(at, 'Clerk'));
    });
    expect(found(store, 'clerk')).toEqual(each.map((at) => `u${at}`));
    expect(found(store, 'guest')).toEqual([]);
    link(() => null);
    expect(found(store, 'clerk')).toEqual([]);
  });

  test('another process finds what this one wrote', () => {
    const place = openPlace();
    const [here, there] = [place.open(), place.open()];
    here.users.insert(user('ada', { fullName: 'Ada' }));
    expect(found(there, 'ada')).toEqual(['ada']);
    there.users.update(user('ada', { fullName: 'Grace' }));
    expect([found(here, 'grace'), found(here, 'ada')]).toEqual([['ada'], ['ada']]);
  });

  test('identities are found as they are now', () => {
    const store = openStore();
    store.userIdentities.insert(identity('i1', { key: 'guest-7', fullName: 'Ada' }));
    const search = (text: string) => ids(store.userIdentities.list({ search: text }, ALL));
    store.userIdentities.update(identity('i1', { key: 'guest-8', fullName: 'Grace' }));
    expect([search('T-7'), search('ada'), search('T-8'), search('GRACE')]).toEqual([[], [], ['i1'], ['i1']]);
    store.userIdentities.delete('i1');
    expect(search('i1')).toEqual([]);
  });

  test('credentials are found by what they are called, whose they are and what they are, as that is now', () => {
    const store = openStore();
    store.users.insert(user('ada'));
    store.users.insert(user('grace'));
    const search = (text: string) => ids(store.credentials.list({ search: text }, ALL));
    const kinds = [
      { ...cardOf('c1', 'ada', '9876'), cardUid: null },
      { ...cardOf('c2', 'ada', ''), cardNumber: null, cardUid: null, code: '555001' },
      { ...cardOf('c3', 'ada', ''), cardNumber: null, cardUid: null },
      codeOf('c4', 'ada', '824759'),
      { ...codeOf('c5', 'ada', null), accessMethod: 'mobile_key' },
      { ...codeOf('c6', 'ada', null), accessMethod: 'mobile_key', isMultiPhoneSync: true },
      { ...codeOf('c7', 'ada', null), accessMethod: 'cloud_key' },
    ] as const;
    for (const one of kinds) store.credentials.insert(one);
    for (const one of kinds) {
      const name = credentialDisplayName(one);
      expect(search(name), name).toContain(one.id);
    }
    expect(search('card 987***')).toEqual(['c1']);
    store.credentials.update({ ...kinds[0], acsUserId: 'grace', cardNumber: '1234' });
    expect([search('card 987'), search('9876'), search('card 123'), search('grac')]).toEqual([
      [],
      [],
      ['c1'],
      ['c1'],
    ]);
  });
}
