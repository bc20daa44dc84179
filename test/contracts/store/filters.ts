import { describe, expect, test } from 'vitest';
import type { Credential } from '../../../src/model/credential.ts';
import { SITE_EVENT_TYPES, type SiteEvent } from '../../../src/model/event.ts';
import type { User, UserIdentity } from '../../../src/model/user.ts';
import type { Cursor, Page, PageRequest } from '../../../src/store/paging.ts';
import type { Store } from '../../../src/store/store.ts';
import { ALL, cardOf, identity, user } from './records.ts';
import type { StorePlaces } from './store.ts';

/** The most rows of a table that a store looks through one by one are fewer than these. */
const MANY = 700;

type Row = { readonly id: string };

/** A list with each of its filters, alone and with what it lets through. */
interface Listed<T extends Row, Filter> {
  readonly rows: readonly T[];
  readonly list: (filter: Partial<Filter>, page: PageRequest) => Page<T>;
  readonly filters: readonly (readonly [Partial<Filter>, (row: T) => boolean])[];
}

/** What a store promises of every combination of filters, whether few rows pass or many. */
export function filtersContract({ openStore }: StorePlaces): void {
  describe.each([12, MANY])('of %i rows', (count) => {
    const filled = () => {
      const store = openStore();
      return { store, ...store.transaction(() => fill(store, count)) };
    };

    test('users are found by every combination of filters', () => {
      const { store, users, identities, members } = filled();
      const identityOf = new Map(identities.map((one) => [one.id, one]));
      expectEveryCombination<User, Parameters<Store['users']['list']>[0]>({
        rows: users,
        list: (filter, page) => store.users.list(filter, page),
        filters: [
          [{ acsAccessGroupId: 'g1' }, ({ id }) => members.has(id)],
          [{ userIdentityId: 'i3' }, ({ userIdentityId }) => userIdentityId === 'i3'],
          [
            { identityEmailAddress: 'i3@x.org' },
            (row) => identityOf.get(row.userIdentityId ?? '')?.emailAddress === 'i3@x.org',
          ],
          [
            { identityPhoneNumber: '+493' },
            (row) => identityOf.get(row.userIdentityId ?? '')?.phoneNumber === '+493',
          ],
          [{ search: 'GUEST' }, ({ fullName }) => fullName.startsWith('Guest')],
          [{ createdBefore: count + 5 }, ({ createdAt }) => createdAt < count + 5],
        ],
      });
    });

    test('identities are found by every combination of filters', () => {
      const { store, users, identities } = filled();
      const used = new Set(users.map(({ userIdentityId }) => userIdentityId));
      expectEveryCombination<UserIdentity, Parameters<Store['userIdentities']['list']>[0]>({
        rows: identities,
        list: (filter, page) => store.userIdentities.list(filter, page),
        filters: [
          [{ ids: ['i9', 'i3', 'i4', 'none'] }, ({ id }) => ['i9', 'i3', 'i4'].includes(id)],
          [{ search: '@X.O' }, () => true],
          [{ hasUser: true }, ({ id }) => used.has(id)],
          [{ createdBefore: 4 }, ({ createdAt }) => createdAt < 4],
        ],
      });
    });

    test('credentials are found by every combination of filters', () => {
      const { store, users, credentials, members } = filled();
      const holder = new Map(users.map((one) => [one.id, one]));
      const opens = (row: Credential) =>
        holder.get(row.acsUserId ?? '')?.isSuspended !== true &&
        (row.entranceIds.includes('e1') || members.has(row.acsUserId ?? '') || row.acsUserId === 'u4');
      expectEveryCombination<Credential, Parameters<Store['credentials']['list']>[0]>({
        rows: credentials,
        list: (filter, page) => store.credentials.list(filter, page),
        filters: [
          [{ acsUserId: 'u3' }, ({ acsUserId }) => acsUserId === 'u3'],
          [{ userIdentityId: 'i3' }, ({ userIdentityId }) => userIdentityId === 'i3'],
          [{ acsEntranceId: 'e1' }, opens],
          [{ isMultiPhoneSync: true }, ({ isMultiPhoneSync }) => isMultiPhoneSync],
          [{ search: 'rd 5' }, ({ cardNumber }) => cardNumber?.startsWith('5') === true],
          [{ createdBefore: count + 5 }, ({ createdAt }) => createdAt < count + 5],
        ],
      });
    });
  });

  test('events are found by every combination of filters', () => {
    const store = openStore();
    const events = Array.from({ length: 60 }, (_, at): SiteEvent => {
      const type = SITE_EVENT_TYPES[at % 5] ?? 'acs_system.added';
      const subject = {
        ...(at % 2 === 0 ? { acsUserId: `u${at % 4}` } : {}),
        ...(at % 3 === 0 ? { acsCredentialId: `c${at % 9}` } : {}),
        ...(at % 4 === 0 ? { acsEncoderId: 'a' } : {}),
        ...(at % 5 === 0 ? { acsEntranceId: 'e1' } : {}),
        ...(at % 7 === 0 ? { acsAccessGroupId: 'g1' } : {}),
      };
      // Several at a time, and the clock is set back once.
      return { id: `v${at}`, type, occurredAt: 100 + Math.floor((at % 40) / 2), subject };
    });
    store.transaction(() => {
      for (const event of events) store.events.insert(event);
    });
    const types = ['acs_encoder.added', 'acs_system.added', 'acs_encoder.added'] as const;
    expectEveryCombination<SiteEvent, Parameters<Store['events']['list']>[0]>({
      rows: events.toSorted((a, b) => a.occurredAt - b.occurredAt),
      list: (filter, page) => store.events.list(filter, page),
      filters: [
        [{ types }, ({ type }) => types.some((one) => one === type)],
        [{ ids: ['v50', 'v0', 'v15', 'v30'] }, ({ id }) => ['v50', 'v0', 'v15', 'v30'].includes(id)],
        [{ since: 103 }, ({ occurredAt }) => occurredAt > 103],
        [{ before: 116 }, ({ occurredAt }) => occurredAt < 116],
        [{ acsUserId: 'u0' }, ({ subject }) => subject.acsUserId === 'u0'],
        [{ acsCredentialId: 'c0' }, ({ subject }) => subject.acsCredentialId === 'c0'],
        [{ acsEncoderId: 'a' }, ({ subject }) => subject.acsEncoderId === 'a'],
        [{ acsEntranceId: 'e1' }, ({ subject }) => subject.acsEntranceId === 'e1'],
        [{ acsAccessGroupId: 'g1' }, ({ subject }) => subject.acsAccessGroupId === 'g1'],
      ],
    });
  });

  test('a list by time is in order of time, also where the clock was set back', () => {
    const store = openStore();
    for (const [id, createdAt] of [
      ['a', 5],
      ['b', 3],
      ['c', 5],
      ['d', 4],
    ] as const)
      store.users.insert(user(id, { createdAt }));
    const [whole] = walk((page) => store.users.list({ createdBefore: 6 }, page), 1);
    expect(whole).toEqual(['b', 'd', 'a', 'c']);
  });

  test('a list by time is walked page by page, and removals and inserts on the way neither repeat nor hide a row', () => {
    const store = openStore();
    for (const id of ['a', 'b', 'c', 'd']) store.users.insert(user(id, { createdAt: 5 }));
    const first = store.users.list({ createdBefore: 6 }, { after: 0, limit: 2 });
    expect(first.rows.map(({ id }) => id)).toEqual(['a', 'b']);
    store.users.delete('b');
    store.users.insert(user('e', { createdAt: 5 }));
    const second = store.users.list({ createdBefore: 6 }, { after: first.nextAfter ?? 0, limit: 9 });
    expect(second.rows.map(({ id }) => id)).toEqual(['c', 'd', 'e']);
  });
}

/** Users with identities, a group and credentials: of every filter some pass. With many rows, most filters let through many. */
function fill(store: Store, count: number) {
  const entrance = { id: 'e1', name: 'Gate', hotekMetadata: null, isMadeByReport: false, createdAt: 1 };
  store.entrances.insert(entrance);
  store.accessGroups.insert({ id: 'g1', name: 'Guests', entranceIds: ['e1'], createdAt: 1 });
  const identities = Array.from({ length: count }, (_, at) =>
    identity(`i${at}`, { emailAddress: `i${at % 8}@x.org`, phoneNumber: `+49${at % 8}`, createdAt: at }),
  );
  const users = Array.from({ length: count }, (_, at) =>
    user(`u${at}`, {
      fullName: at % 12 < 10 ? `Guest ${at}` : `Clerk ${at}`,
      userIdentityId: at % 6 === 5 ? null : `i${at}`,
      isSuspended: at % 7 === 6,
      createdAt: 2 * at,
    }),
  );
  const members = new Set(users.filter((_, at) => at % 10 < 9).map(({ id }) => id));
  const credentials = Array.from({ length: count + 9 }, (_, at): Credential => {
    // The first nine belong to one guest, and the last to nobody.
    const holder = at < 9 ? users[3] : users[at - 9];
    return {
      ...cardOf(`c${at}`, at === count + 8 ? null : (holder?.id ?? null), `${at % 12 < 10 ? 5 : 6}${at}`),
      cardUid: null,
      userIdentityId: at === count + 8 ? null : (holder?.userIdentityId ?? null),
      entranceIds: at % 5 === 4 ? ['e1'] : [],
      isMultiPhoneSync: at % 9 < 8,
      createdAt: 2 * at,
    };
  });
  for (const one of identities) store.userIdentities.insert(one);
  for (const one of users) store.users.insert(one);
  for (const id of members) store.accessGroups.addUser('g1', id);
  store.entrances.grant('e1', 'u4');
  for (const one of credentials) store.credentials.insert(one);
  return { identities, users, members, credentials };
}

function expectEveryCombination<T extends Row, Filter>({ rows, list, filters }: Listed<T, Filter>): void {
  for (let chosen = 0; chosen < 2 ** filters.length; chosen += 1) {
    const parts = filters.filter((_, at) => (chosen >> at) % 2 === 1);
    const filter = Object.assign({}, ...parts.map(([part]) => part));
    const expected = rows.filter((row) => parts.every(([, passes]) => passes(row))).map(({ id }) => id);
    const limit = Math.max(3, Math.floor(rows.length / 3));
    const [whole, pages] = walk((page) => list(filter, page), limit);
    expect(whole, JSON.stringify(filter)).toEqual(expected);
    expect(pages, JSON.stringify(filter)).toBe(Math.max(1, Math.ceil(expected.length / limit)));
    expect(list(filter, { ...ALL, offset: 2 }).rows.map(({ id }) => id)).toEqual(
      expected.slice(2, 2 + ALL.limit),
    );
  }
}

/** Every id of a list, page by page, and how many pages there were. */
function walk(list: (page: PageRequest) => Page<Row>, limit: number): [readonly string[], number] {
  const found: string[] = [];
  let after: Cursor | null = 0;
  let pages = 0;
  for (; after !== null; pages += 1) {
    const page: Page<Row> = list({ after, limit });
    found.push(...page.rows.map(({ id }) => id));
    after = page.nextAfter;
  }
  return [found, pages];
}
