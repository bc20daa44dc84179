import { describe, expect, onTestFinished, test } from 'vitest';
import type { Attempt, AttemptProgress } from '../../src/model/attempt.ts';
import type { Credential } from '../../src/model/credential.ts';
import type { Encoder } from '../../src/model/encoder.ts';
import type { SiteEvent } from '../../src/model/event.ts';
import type { User, UserIdentity } from '../../src/model/user.ts';
import type { Page, PageRequest, Store } from '../../src/store/store.ts';

/** Where one test's store lies. */
export interface StorePlace extends Disposable {
  /** Opens the store of this place, as another process would. */
  open(): Store;
}

const ALL: PageRequest = { after: 0, limit: 1000 };

const encoder = (id: string, more: Partial<Encoder> = {}): Encoder => ({
  id,
  driver: 'virtual',
  name: `Encoder ${id}`,
  technologies: ['ntag215', 'mifare_classic_1k'],
  isVirtual: true,
  isOnline: true,
  isBusy: false,
  createdAt: 1000,
  ...more,
});

const attempt = (
  id: string,
  encoderId: string,
  progress: AttemptProgress = { phase: 'queued' },
): Attempt => ({
  id,
  encoderId,
  client: { id: 'client-1', name: 'Reception' },
  order: {
    action: 'SCAN_TO_ASSIGN_CREDENTIAL',
    beneficiary: { kind: 'acs_user', acsUserId: 'ada' },
    mayEnrol: true,
  },
  createdAt: 1000,
  expiresAt: 61_000,
  ...progress,
});

const ENDED = { phase: 'failed', reason: 'cancelled', detail: null } as const;

const identity = (id: string, more: Partial<UserIdentity> = {}): UserIdentity => ({
  id,
  key: null,
  fullName: null,
  emailAddress: null,
  phoneNumber: null,
  createdAt: 1000,
  ...more,
});

const user = (id: string, more: Partial<User> = {}): User => ({
  id,
  fullName: `User ${id}`,
  emailAddress: null,
  phoneNumber: null,
  accessSchedule: null,
  userIdentityId: null,
  createdAt: 1000,
  ...more,
});

const cardOf = (id: string, acsUserId: string | null, cardNumber: string): Credential => ({
  id,
  accessMethod: 'card',
  acsUserId,
  userIdentityId: null,
  code: null,
  cardNumber,
  cardUid: '04A1B2C3D4E5F6',
  cardTechnology: 'ntag215',
  startsAt: 5000,
  endsAt: 6000,
  isIssued: true,
  issuedAt: 2000,
  createdAt: 1000,
});

const codeOf = (id: string, acsUserId: string | null, code: string | null): Credential => ({
  ...cardOf(id, acsUserId, ''),
  accessMethod: 'code',
  code,
  cardNumber: null,
  cardUid: null,
  cardTechnology: null,
  startsAt: null,
  endsAt: null,
});

const ids = (page: Page<{ readonly id: string }>) => page.rows.map(({ id }) => id);

const bytes = (first: number) => Uint8Array.from({ length: 32 }, (_, at) => (first + at) % 256);

/** What every store promises. */
export function storeContract(name: string, makePlace: () => StorePlace): void {
  const openPlace = () => {
    const place = makePlace();
    onTestFinished(() => place[Symbol.dispose]());
    return place;
  };
  const openStore = () => openPlace().open();

  describe(`the store ${name}`, () => {
    describe('transaction', () => {
      test('writes all or nothing, and hands out what its work returns', () => {
        const store = openStore();
        expect(
          store.transaction(() => {
            store.users.insert(user('ada'));
            return 'done';
          }),
        ).toBe('done');
        const failure = new Error('too late');
        expect(() =>
          store.transaction(() => {
            store.users.insert(user('grace'));
            store.users.delete('ada');
            throw failure;
          }),
        ).toThrow(failure);
        expect(ids(store.users.list({}, ALL))).toEqual(['ada']);
      });

      test('inside another one is undone alone', () => {
        const store = openStore();
        store.transaction(() => {
          store.users.insert(user('ada'));
          expect(() =>
            store.transaction(() => {
              store.users.insert(user('grace'));
              throw new Error('not this one');
            }),
          ).toThrow('not this one');
          store.users.insert(user('edith'));
        });
        expect(ids(store.users.list({}, ALL))).toEqual(['ada', 'edith']);
      });

      test('inside one that is undone is undone with it', () => {
        const store = openStore();
        expect(() =>
          store.transaction(() => {
            store.transaction(() => store.users.insert(user('ada')));
            throw new Error('nothing of it');
          }),
        ).toThrow('nothing of it');
        expect(ids(store.users.list({}, ALL))).toEqual([]);
      });

      test('shows another process nothing before it is over', () => {
        const place = openPlace();
        const [here, there] = [place.open(), place.open()];
        here.transaction(() => {
          here.users.insert(user('ada'));
          expect(there.users.get('ada')).toBeNull();
        });
        expect(there.users.get('ada')).toEqual(user('ada'));
      });
    });

    describe('site', () => {
      test('is nobody until it is written, and is written once', () => {
        const store = openStore();
        const site = { workspaceId: 'w', acsSystemId: 's', connectedAccountId: 'c', createdAt: 7 };
        expect(store.site.read()).toBeNull();
        store.site.write(site);
        expect(store.site.read()).toEqual(site);
        expect(() => store.site.write({ ...site, workspaceId: 'another' })).toThrow();
        expect(store.site.read()).toEqual(site);
      });
    });

    describe('encoders', () => {
      test('keep what is learned each time a device arrives or leaves', () => {
        const store = openStore();
        store.encoders.insert(encoder('a'), 'device-a');
        expect(store.encoders.get('a')).toEqual(encoder('a'));
        const away = encoder('a', { name: 'Renamed', technologies: ['ntag213'], isOnline: false });
        store.encoders.update(away);
        expect(store.encoders.get('a')).toEqual(away);
        expect(store.encoders.get('b')).toBeNull();
      });

      test('are busy while an attempt is live on them', () => {
        const store = openStore();
        store.encoders.insert(encoder('a'), 'device-a');
        store.encoders.insert(encoder('b'), 'device-b');
        store.attempts.insert(attempt('1', 'a'));
        expect(store.encoders.list({}, ALL).rows.map(({ isBusy }) => isBusy)).toEqual([true, false]);
        store.attempts.update(attempt('1', 'a', ENDED));
        expect(store.encoders.get('a')?.isBusy).toBe(false);
      });

      test('are listed in the order in which they were met, or those that are asked for', () => {
        const store = openStore();
        for (const id of ['c', 'a', 'b']) store.encoders.insert(encoder(id), `device-${id}`);
        expect(ids(store.encoders.list({}, ALL))).toEqual(['c', 'a', 'b']);
        expect(ids(store.encoders.list({ ids: ['b', 'c', 'none'] }, ALL))).toEqual(['c', 'b']);
        expect(ids(store.encoders.list({ ids: [] }, ALL))).toEqual([]);
      });

      test('remember the card that they served last', () => {
        const store = openStore();
        store.encoders.insert(encoder('a'), 'device-a');
        expect(store.encoders.servedCard('a')).toBeNull();
        expect(store.encoders.servedCard('none')).toBeNull();
        store.encoders.setServedCard('a', { uid: '04A1', acsUserId: 'ada' });
        store.encoders.update(encoder('a', { isOnline: false }));
        expect(store.encoders.servedCard('a')).toEqual({ uid: '04A1', acsUserId: 'ada' });
        store.encoders.setServedCard('a', null);
        expect(store.encoders.servedCard('a')).toBeNull();
      });
    });

    describe('attempts', () => {
      const storeWithEncoders = () => {
        const store = openStore();
        for (const id of ['a', 'b']) store.encoders.insert(encoder(id), `device-${id}`);
        return store;
      };

      test('come back in every phase as they were written', () => {
        const store = storeWithEncoders();
        const card = { uid: '04A1B2C3D4E5F6', technology: 'ntag215' } as const;
        const phases: readonly AttemptProgress[] = [
          { phase: 'queued' },
          { phase: 'awaiting_card', hint: 'take_card_away' },
          { phase: 'reading', card },
          { phase: 'succeeded', result: { kind: 'assigned', credential: cardOf('c', 'ada', '123') } },
          { phase: 'failed', reason: 'device_timeout', detail: 'no answer within 3000 ms' },
        ];
        store.attempts.insert(attempt('1', 'a'));
        for (const progress of phases) {
          store.attempts.update(attempt('1', 'a', progress));
          expect(store.attempts.get('1')).toEqual(attempt('1', 'a', progress));
        }
        expect(store.attempts.get('2')).toBeNull();
      });

      test('are live until they end', () => {
        const store = storeWithEncoders();
        store.attempts.insert(attempt('1', 'a'));
        store.attempts.insert(attempt('2', 'b', { phase: 'awaiting_card', hint: 'place_card' }));
        expect(store.attempts.live().map(({ id }) => id)).toEqual(['1', '2']);
        expect(store.attempts.liveOn('b')?.id).toBe('2');
        store.attempts.update(attempt('2', 'b', ENDED));
        expect(store.attempts.live().map(({ id }) => id)).toEqual(['1']);
        expect(store.attempts.liveOn('b')).toBeNull();
      });

      test('are live one at a time on an encoder', () => {
        const store = storeWithEncoders();
        store.attempts.insert(attempt('1', 'a'));
        expect(() => store.attempts.insert(attempt('2', 'a'))).toThrow();
        store.attempts.insert(attempt('3', 'a', ENDED));
        expect(() => store.attempts.update(attempt('3', 'a'))).toThrow();
        store.attempts.update(attempt('1', 'a', ENDED));
        store.attempts.insert(attempt('4', 'a'));
        expect(ids(store.attempts.list({}, ALL))).toEqual(['1', '3', '4']);
      });

      test('are made only on an encoder that there is', () => {
        const store = storeWithEncoders();
        expect(() => store.attempts.insert(attempt('1', 'none'))).toThrow();
      });

      test('are listed by id', () => {
        const store = storeWithEncoders();
        for (const id of ['1', '2', '3']) store.attempts.insert(attempt(id, 'a', ENDED));
        expect(ids(store.attempts.list({ ids: ['3', '1'] }, ALL))).toEqual(['1', '3']);
      });
    });

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

    describe('events', () => {
      test('are found by every filter', () => {
        const store = openStore();
        const events: readonly SiteEvent[] = [
          { id: 'e1', type: 'acs_system.added', occurredAt: 10, subject: {} },
          { id: 'e2', type: 'acs_user.created', occurredAt: 20, subject: { acsUserId: 'ada' } },
          { id: 'e3', type: 'acs_encoder.added', occurredAt: 30, subject: { acsEncoderId: 'a' } },
          { id: 'e4', type: 'acs_credential.issued', occurredAt: 40, subject: { acsCredentialId: 'c1' } },
        ];
        for (const event of events) store.events.insert(event);
        const found = (filter: Parameters<typeof store.events.list>[0]) =>
          ids(store.events.list(filter, ALL));
        expect(store.events.get('e2')).toEqual(events[1]);
        expect(store.events.get('none')).toBeNull();
        expect(store.events.list({}, ALL).rows).toEqual(events);
        expect(found({ types: ['acs_user.created', 'acs_system.added'] })).toEqual(['e1', 'e2']);
        expect(found({ types: [] })).toEqual([]);
        expect(found({ ids: ['e4', 'e1'] })).toEqual(['e1', 'e4']);
        expect(found({ since: 20 })).toEqual(['e3', 'e4']);
        expect(found({ before: 20 })).toEqual(['e1']);
        expect(found({ since: 10, before: 40 })).toEqual(['e2', 'e3']);
        expect(found({ acsUserId: 'ada' })).toEqual(['e2']);
        expect(found({ acsEncoderId: 'a' })).toEqual(['e3']);
        expect(found({ acsCredentialId: 'c1' })).toEqual(['e4']);
        expect(() =>
          store.events.insert({ id: 'e1', type: 'acs_system.added', occurredAt: 1, subject: {} }),
        ).toThrow();
      });
    });

    describe('a list', () => {
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

    describe('changes', () => {
      const line = { type: 'encoder.changed', encoder: encoder('a') } as const;

      test('are numbered in their order, and come back from any number on', () => {
        const store = openStore();
        expect([store.changes.last(), store.changes.keptAfter()]).toEqual([0, 0]);
        const numbers = [1, 2, 3].map((at) => store.changes.append(line, at));
        expect(numbers).toEqual([1, 2, 3]);
        expect(store.changes.last()).toBe(3);
        expect(store.changes.after(1, 100)).toEqual([
          { sequence: 2, change: line },
          { sequence: 3, change: line },
        ]);
        expect(store.changes.after(0, 1)).toEqual([{ sequence: 1, change: line }]);
        expect(store.changes.after(3, 100)).toEqual([]);
      });

      test('say from where on they are all kept', () => {
        const store = openStore();
        for (let at = 1; at <= 10; at += 1) store.changes.append(line, at);
        store.changes.keep(4);
        expect(store.changes.keptAfter()).toBe(6);
        expect(store.changes.after(6, 100).map(({ sequence }) => sequence)).toEqual([7, 8, 9, 10]);
        store.changes.keep(100);
        expect(store.changes.keptAfter()).toBe(6);
        store.changes.keep(0);
        expect([store.changes.keptAfter(), store.changes.last()]).toEqual([10, 10]);
      });

      test('never use a number twice, also after all were forgotten and the store was opened again', () => {
        const place = openPlace();
        const before = place.open();
        for (let at = 1; at <= 3; at += 1) before.changes.append(line, at);
        before.changes.keep(0);
        before[Symbol.dispose]();
        const after = place.open();
        expect(after.changes.last()).toBe(3);
        expect(after.changes.append(line, 4)).toBe(4);
      });

      test('are undone with their transaction', () => {
        const store = openStore();
        expect(() =>
          store.transaction(() => {
            store.changes.append(line, 1);
            throw new Error('undone');
          }),
        ).toThrow('undone');
        expect(store.changes.after(0, 100)).toEqual([]);
      });
    });

    describe('outbox', () => {
      test('hands out its messages in their order', () => {
        const store = openStore();
        const message = (id: string) => ({
          id,
          kind: 'acs_user.created',
          resourceId: 'ada',
          body: { full_name: 'Ada', nested: [1, null] },
          createdAt: 5,
        });
        expect(store.outbox.depth()).toBe(0);
        for (const id of ['m2', 'm1', 'm3']) store.outbox.append(message(id));
        expect(store.outbox.depth()).toBe(3);
        expect(store.outbox.list(2)).toEqual([message('m2'), message('m1')]);
        expect(() => store.outbox.append(message('m1'))).toThrow();
      });
    });

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

    describe('foreignWrites', () => {
      test('differs after another process has written, and not after own writes', () => {
        const place = openPlace();
        const [here, there] = [place.open(), place.open()];
        const before = here.foreignWrites();
        here.users.insert(user('ada'));
        expect(here.foreignWrites()).toBe(before);
        there.origins.allow('https://pms.example.com', 1);
        const after = here.foreignWrites();
        expect(after).not.toBe(before);
        expect(here.foreignWrites()).toBe(after);
        expect(here.origins.has('https://pms.example.com')).toBe(true);
      });
    });

    test('holds everything when it is opened again', () => {
      const place = openPlace();
      const before = place.open();
      before.encoders.insert(encoder('a'), 'device-a');
      before.attempts.insert(attempt('1', 'a'));
      before.users.insert(user('ada'));
      before.credentials.insert(cardOf('c1', 'ada', '123'));
      before[Symbol.dispose]();
      const after = place.open();
      expect(after.attempts.liveOn('a')).toEqual(attempt('1', 'a'));
      expect(after.credentials.withCardNumber('123')).toEqual(cardOf('c1', 'ada', '123'));
    });
  });
}
