import { describe, expect, test } from 'vitest';
import type { Credential } from '../../../src/model/credential.ts';
import type { SiteEvent } from '../../../src/model/event.ts';
import { ALL, cardOf, codeOf, encoder, identity, ids, user } from './records.ts';
import type { StorePlaces } from './store.ts';

/** What a store promises of users, identities and credentials, and of every list. */
export function peopleContract({ openStore }: StorePlaces): void {
  describe('users', () => {
    test('are kept, changed and removed', () => {
      const store = openStore();
      const ada = user('ada', {
        emailAddress: 'ada@example.com',
        phoneNumber: '+4930123456',
        accessSchedule: { startsAt: 5000, endsAt: null },
      });
      store.users.insert(ada);
      expect(store.users.get('ada')).toEqual(ada);
      const later = { ...ada, fullName: 'Ada King', accessSchedule: { startsAt: 5000, endsAt: 9000 } };
      store.users.update(later);
      expect(store.users.get('ada')).toEqual(later);
      store.users.delete('ada');
      expect(store.users.get('ada')).toBeNull();
    });

    test('are found by the identity, which one user has at most', () => {
      const store = openStore();
      store.userIdentities.insert(identity('i1'));
      store.users.insert(user('ada', { userIdentityId: 'i1' }));
      expect(store.users.ofIdentity('i1')?.id).toBe('ada');
      expect(store.users.ofIdentity('i2')).toBeNull();
      expect(() => store.users.insert(user('grace', { userIdentityId: 'i1' }))).toThrow();
      expect(() => store.users.insert(user('grace', { userIdentityId: 'none' }))).toThrow();
    });

    test('of many identities are found at once', () => {
      const store = openStore();
      for (const id of ['i1', 'i2', 'i3']) store.userIdentities.insert(identity(id));
      store.users.insert(user('ada', { userIdentityId: 'i1' }));
      store.users.insert(user('grace', { userIdentityId: 'i2' }));
      store.users.insert(user('edith'));
      const found = store.users.ofIdentities(['i1', 'i2', 'i3', 'none']).map(({ id }) => id);
      expect(found.toSorted()).toEqual(['ada', 'grace']);
      expect(store.users.ofIdentities([])).toEqual([]);
    });

    test('without an identity are found by e-mail address or phone number, where one alone may be meant', () => {
      const store = openStore();
      const [emailAddress, phoneNumber] = ['a@x.org', '+1'];
      store.userIdentities.insert(identity('i1'));
      store.users.insert(user('linked', { userIdentityId: 'i1', emailAddress, phoneNumber }));
      store.users.insert(user('phone', { phoneNumber }));
      store.users.insert(user('mail', { emailAddress }));
      store.users.insert(user('both', { emailAddress: 'B@x.org', phoneNumber: '+2' }));
      expect(store.users.unlinked('none@x.org', phoneNumber)?.id).toBe('phone');
      expect(store.users.unlinked(null, phoneNumber)?.id).toBe('phone');
      expect(store.users.unlinked(emailAddress, null)?.id).toBe('mail');
      expect(store.users.unlinked('b@X.org', '+2')?.id).toBe('both');
      expect(store.users.unlinked('none@x.org', '+3')).toBeNull();
      expect(store.users.unlinked(null, null)).toBeNull();
      expect(store.users.unlinked(emailAddress, phoneNumber)).toBeNull();
      store.users.insert(user('later', { emailAddress: 'A@X.ORG' }));
      expect(store.users.unlinked(emailAddress, null)).toBeNull();
      expect(store.users.unlinked(emailAddress, '+2')).toBeNull();
    });

    test('are found by every filter, and by all of them together', () => {
      const store = openStore();
      store.userIdentities.insert(identity('i1', { emailAddress: 'a@x.org', phoneNumber: '+1' }));
      store.userIdentities.insert(identity('i2', { emailAddress: 'b@x.org', phoneNumber: '+2' }));
      store.users.insert(user('ada', { userIdentityId: 'i1', createdAt: 1, emailAddress: 'ada@desk.org' }));
      store.users.insert(user('grace', { userIdentityId: 'i2', createdAt: 2, phoneNumber: '+3100' }));
      store.users.insert(user('edith', { createdAt: 3, fullName: 'Jürgen 100%_\\ Müller' }));
      const found = (filter: Parameters<typeof store.users.list>[0]) => ids(store.users.list(filter, ALL));
      expect(found({ userIdentityId: 'i2' })).toEqual(['grace']);
      expect(found({ identityEmailAddress: 'a@x.org' })).toEqual(['ada']);
      expect(found({ identityEmailAddress: 'A@X.Org' })).toEqual(['ada']);
      expect(found({ identityPhoneNumber: '+2' })).toEqual(['grace']);
      expect(found({ createdBefore: 3 })).toEqual(['ada', 'grace']);
      expect(found({ search: 'DESK.ORG' })).toEqual(['ada']);
      expect(found({ search: '3100' })).toEqual(['grace']);
      expect(found({ search: 'EDI' })).toEqual(['edith']);
      expect(found({ search: 'MÜLLER' })).toEqual(['edith']);
      expect(found({ search: 'jÜRGEN' })).toEqual(['edith']);
      expect(found({ search: 'User GRACE' })).toEqual(['grace']);
      expect(found({ search: 'nobody' })).toEqual([]);
      expect(found({ userIdentityId: 'i2', createdBefore: 2 })).toEqual([]);
    });

    test('are searched for the very characters, not for a pattern', () => {
      const store = openStore();
      store.users.insert(user('1', { fullName: 'a 100% guest' }));
      store.users.insert(user('2', { fullName: 'a 1000 guest' }));
      store.users.insert(user('3', { fullName: 'x_y\\z' }));
      store.users.insert(user('4', { fullName: 'xxyyz' }));
      const found = (search: string) => ids(store.users.list({ search }, ALL));
      expect(found('100%')).toEqual(['1']);
      expect(found('x_y')).toEqual(['3']);
      expect(found('y\\z')).toEqual(['3']);
      expect(found("' OR 1=1 --")).toEqual([]);
    });
  });

  describe('user identities', () => {
    test('are found by id, by key and by search', () => {
      const store = openStore();
      const ada = identity('i1', {
        key: 'guest-7',
        fullName: 'Ada Lovelace',
        emailAddress: 'ada@example.com',
        phoneNumber: '+4930123456',
      });
      store.userIdentities.insert(ada);
      store.userIdentities.insert(identity('i2'));
      store.userIdentities.insert(identity('i3'));
      expect(store.userIdentities.get('i1')).toEqual(ada);
      expect(store.userIdentities.withKey('guest-7')).toEqual(ada);
      expect(store.userIdentities.get('none')).toBeNull();
      expect(store.userIdentities.withKey('none')).toBeNull();
      for (const search of ['LOVELACE', 'ada@', '30123', 'GUEST-7', 'i1']) {
        expect(ids(store.userIdentities.list({ search }, ALL)), search).toEqual(['i1']);
      }
      expect(ids(store.userIdentities.list({}, ALL))).toEqual(['i1', 'i2', 'i3']);
    });

    test('are found by e-mail address, whatever its case, and keep it as it is', () => {
      const store = openStore();
      const ada = identity('i1', { emailAddress: 'Ada@Example.com' });
      store.userIdentities.insert(ada);
      expect(store.userIdentities.withEmailAddress('aDA@example.COM')).toEqual(ada);
      expect(store.userIdentities.withEmailAddress('da@example.com')).toBeNull();
    });

    test('have a key of their own', () => {
      const store = openStore();
      store.userIdentities.insert(identity('i1', { key: 'guest-7' }));
      expect(() => store.userIdentities.insert(identity('i2', { key: 'guest-7' }))).toThrow();
    });
  });

  describe('credentials', () => {
    const storeWithUsers = () => {
      const store = openStore();
      store.userIdentities.insert(identity('i1'));
      store.users.insert(user('ada', { userIdentityId: 'i1' }));
      store.users.insert(user('grace'));
      return store;
    };

    test('are kept, changed and removed', () => {
      const store = storeWithUsers();
      store.credentials.insert(cardOf('c1', 'grace', '123'));
      expect(store.credentials.get('c1')).toEqual(cardOf('c1', 'grace', '123'));
      const changed: Credential = { ...cardOf('c1', null, '456'), isIssued: false, issuedAt: null };
      store.credentials.update(changed);
      expect(store.credentials.get('c1')).toEqual(changed);
      store.credentials.delete('c1');
      expect(store.credentials.get('c1')).toBeNull();
    });

    test('take another id, by which they are found, opened and told of from then on', () => {
      const store = storeWithUsers();
      const door = store.entrances.insert({
        id: 'door',
        name: 'Door',
        hotekMetadata: null,
        isMadeByReport: false,
        createdAt: 1,
      });
      store.credentials.insert({ ...cardOf('old-id', 'ada', '123'), entranceIds: [door.id] });
      const event: SiteEvent = {
        id: 'e1',
        type: 'acs_credential.issued',
        occurredAt: 1,
        subject: { acsCredentialId: 'old-id' },
      };
      store.events.insert(event);
      store.transaction(() => store.credentials.rename('old-id', 'new-id'));
      expect(store.credentials.get('old-id')).toBeNull();
      expect(store.credentials.withCardNumber('123')).toEqual({
        ...cardOf('new-id', 'ada', '123'),
        userIdentityId: 'i1',
        entranceIds: [door.id],
      });
      expect(ids(store.credentials.list({ search: 'new-i' }, ALL))).toEqual(['new-id']);
      expect(store.credentials.list({ search: 'old-i' }, ALL).rows).toEqual([]);
      expect(store.events.get('e1')?.subject).toEqual({ acsCredentialId: 'new-id' });
      expect(store.entrances.list({ acsCredentialId: 'new-id' }, ALL).rows).toEqual([door]);
    });

    test('know the identity of the user who holds them, as it is now', () => {
      const store = storeWithUsers();
      store.credentials.insert(cardOf('c1', 'ada', '123'));
      expect(store.credentials.get('c1')?.userIdentityId).toBe('i1');
      store.credentials.update(cardOf('c1', 'grace', '123'));
      expect(store.credentials.get('c1')?.userIdentityId).toBeNull();
    });

    test('have a card number and a code of their own', () => {
      const store = storeWithUsers();
      store.credentials.insert(cardOf('c1', 'ada', '123'));
      store.credentials.insert(codeOf('c2', 'ada', '824759'));
      expect(() => store.credentials.insert(cardOf('c3', 'grace', '123'))).toThrow();
      expect(() => store.credentials.insert(codeOf('c4', 'grace', '824759'))).toThrow();
      expect(store.credentials.withCardNumber('123')?.id).toBe('c1');
      expect(store.credentials.withCode('824759')?.id).toBe('c2');
      expect(store.credentials.withCardNumber('824759')).toBeNull();
      expect(store.credentials.withCode('123')).toBeNull();
      store.credentials.insert(codeOf('c5', 'ada', null));
      store.credentials.insert(codeOf('c6', 'ada', null));
      store.credentials.delete('c1');
      store.credentials.insert(cardOf('c7', 'grace', '123'));
    });

    test('belong to a user that there is, or to nobody', () => {
      const store = storeWithUsers();
      expect(() => store.credentials.insert(cardOf('c1', 'none', '123'))).toThrow();
      store.credentials.insert(cardOf('c1', 'ada', '123'));
      expect(() => store.users.delete('ada')).toThrow();
    });

    test('are found by every filter', () => {
      const store = storeWithUsers();
      store.credentials.insert({ ...cardOf('card-1', 'ada', '9876543210'), createdAt: 1 });
      store.credentials.insert({ ...codeOf('pin-1', 'grace', '824759'), createdAt: 2 });
      store.credentials.insert({ ...cardOf('card-2', null, '555'), createdAt: 3 });
      const found = (filter: Parameters<typeof store.credentials.list>[0]) =>
        ids(store.credentials.list(filter, ALL));
      expect(found({})).toEqual(['card-1', 'pin-1', 'card-2']);
      expect(found({ acsUserId: 'grace' })).toEqual(['pin-1']);
      expect(found({ userIdentityId: 'i1' })).toEqual(['card-1']);
      expect(found({ createdBefore: 3 })).toEqual(['card-1', 'pin-1']);
      expect(found({ search: '6543' })).toEqual(['card-1']);
      expect(found({ search: '2475' })).toEqual(['pin-1']);
      expect(found({ search: 'CARD-2' })).toEqual(['card-2']);
      expect(found({ search: 'GRAC' })).toEqual(['pin-1']);
      expect(found({ search: 'card 987' })).toEqual(['card-1']);
      expect(found({ search: 'Code 82**' })).toEqual(['pin-1']);
      expect(found({ acsUserId: 'ada', search: '824759' })).toEqual([]);
    });
  });

  describe('a list', () => {
    test('takes as many ids as anybody asks for', () => {
      const store = openStore();
      store.encoders.insert(encoder('desk-1'), 'device-1');
      const wanted = Array.from({ length: 40_000 }, (_, at) => `desk-${at}`);
      expect(ids(store.encoders.list({ ids: wanted }, ALL))).toEqual(['desk-1']);
    });

    test('is walked page by page, and inserts and removals on the way neither repeat nor hide a row', () => {
      const store = openStore();
      for (let at = 1; at <= 5; at += 1) store.users.insert(user(`u${at}`));
      const first = store.users.list({}, { after: 0, limit: 2 });
      expect(ids(first)).toEqual(['u1', 'u2']);
      store.users.delete('u1');
      store.users.insert(user('u6'));
      const second = store.users.list({}, { after: first.nextAfter ?? 0, limit: 2 });
      expect(ids(second)).toEqual(['u3', 'u4']);
      store.users.delete('u4');
      const third = store.users.list({}, { after: second.nextAfter ?? 0, limit: 2 });
      expect(ids(third)).toEqual(['u5', 'u6']);
      expect(third.nextAfter).toBeNull();
    });

    test('ends with its last row, also when the page is just full', () => {
      const store = openStore();
      for (const id of ['a', 'b']) store.users.insert(user(id));
      expect(store.users.list({}, { after: 0, limit: 2 }).nextAfter).toBeNull();
      expect(store.users.list({}, { after: 0, limit: 1 }).nextAfter).not.toBeNull();
      expect(store.users.list({ search: 'nobody' }, ALL)).toEqual({ rows: [], nextAfter: null });
    });

    test('can be had whole', () => {
      const store = openStore();
      for (const id of ['a', 'b']) store.users.insert(user(id));
      const everything = { after: 0, limit: Number.MAX_SAFE_INTEGER - 1 };
      expect(ids(store.users.list({}, everything))).toEqual(['a', 'b']);
    });
  });
}
