import type { User } from '../../model/user.ts';
import type { Page, PageRequest } from '../paging.ts';
import type { UserFilter, UserTable } from '../people-tables.ts';
import type { Database } from './database.ts';
import { type FilteredTable, listFiltered, timeFilter, type WideFilter } from './filtered-list.ts';
import { Conditions, readPage } from './query.ts';
import { SearchIndex } from './search-index.ts';

interface UserRow {
  readonly sequence: number;
  readonly acs_user_id: string;
  readonly full_name: string;
  readonly email_address: string | null;
  readonly phone_number: string | null;
  readonly access_starts_at: number | null;
  readonly access_ends_at: number | null;
  readonly user_identity_id: string | null;
  readonly is_suspended: number;
  readonly hid_acs_system_id: string | null;
  readonly created_at: number;
}

const toUser = (row: UserRow): User => ({
  id: row.acs_user_id,
  fullName: row.full_name,
  emailAddress: row.email_address,
  phoneNumber: row.phone_number,
  accessSchedule:
    row.access_starts_at === null ? null : { startsAt: row.access_starts_at, endsAt: row.access_ends_at },
  userIdentityId: row.user_identity_id,
  isSuspended: row.is_suspended === 1,
  hidAcsSystemId: row.hid_acs_system_id,
  createdAt: row.created_at,
});

const values = (user: User) =>
  [
    user.fullName,
    user.emailAddress,
    user.phoneNumber,
    user.accessSchedule?.startsAt ?? null,
    user.accessSchedule?.endsAt ?? null,
    user.userIdentityId,
    user.isSuspended ? 1 : 0,
    user.hidAcsSystemId,
  ] as const;

/** Two are enough to know that it is not one. */
const UNLINKED_WITH_EMAIL =
  'SELECT * FROM acs_users WHERE user_identity_id IS NULL AND email_address = ? COLLATE NOCASE LIMIT 2';
const UNLINKED_WITH_PHONE =
  'SELECT * FROM acs_users WHERE user_identity_id IS NULL AND phone_number = ? LIMIT 2';

const OWN_TEXTS = ['full_name', 'email_address', 'phone_number', 'acs_user_id', 'user_identity_id'];

/** What is shown on a user of the identity. */
const IDENTITY_TEXTS = ['full_name', 'email_address', 'phone_number'];

/** The index of users, who are found by their identity's texts too: a change of an identity may concern it. */
export function userIndex(database: Database): SearchIndex {
  return new SearchIndex(database, {
    table: 'acs_users',
    columns: [
      ...OWN_TEXTS.map((column) => `acs_users.${column}`),
      ...IDENTITY_TEXTS.map(
        (column) =>
          `(SELECT person.${column} FROM user_identities AS person WHERE person.user_identity_id = acs_users.user_identity_id)`,
      ),
    ],
  });
}

type Listed = FilteredTable<UserRow, User>;

function listUsers(database: Database, listed: Listed, filter: UserFilter, page: PageRequest): Page<User> {
  const ofIdentity = (equality: string) =>
    `acs_users.sequence IN (SELECT linked.sequence FROM user_identities
       CROSS JOIN acs_users AS linked USING (user_identity_id) WHERE user_identities.${equality})`;
  const { userIdentityId, identityEmailAddress, identityPhoneNumber } = filter;
  const isNarrow = [userIdentityId, identityEmailAddress, identityPhoneNumber].some(
    (value) => value !== undefined,
  );
  const narrow = new Conditions()
    .when(userIdentityId, 'acs_users.user_identity_id = ?')
    .when(identityEmailAddress, ofIdentity('email_address = ? COLLATE NOCASE'))
    .when(identityPhoneNumber, ofIdentity('phone_number = ?'));
  return listFiltered(
    database,
    listed,
    {
      narrow: isNarrow ? narrow : null,
      wide: [
        inGroup(database, listed, filter.acsAccessGroupId, page),
        timeFilter(database, listed, filter.createdBefore, null, page),
      ],
      search: filter.search,
    },
    page,
  );
}

/** The users of an access group, which may be everybody. */
function inGroup(
  database: Database,
  { columns, decode }: Listed,
  acsAccessGroupId: string | undefined,
  page: PageRequest,
): WideFilter<User> | null {
  if (acsAccessGroupId === undefined) return null;
  return {
    holds: `EXISTS (SELECT 1 FROM acs_access_group_users AS membership
      WHERE membership.acs_access_group_id = ? AND membership.acs_user_id = acs_users.acs_user_id)`,
    rows: 'SELECT user_sequence FROM acs_access_group_users WHERE acs_access_group_id = ?',
    values: [acsAccessGroupId],
    walk: (others) =>
      readPage(
        database,
        `SELECT ${columns} FROM acs_access_group_users AS membership
           CROSS JOIN acs_users ON acs_users.sequence = membership.user_sequence`,
        'membership.user_sequence',
        others.add('membership.acs_access_group_id = ?', acsAccessGroupId),
        page,
        decode,
      ),
  };
}

/** The table acs_users. */
export function userTable(database: Database): UserTable {
  const index = userIndex(database);
  const listed: Listed = { table: 'acs_users', columns: 'acs_users.*', decode: toUser, index };
  const one = (condition: string, value: string) => {
    const row = database.get<UserRow>(`SELECT * FROM acs_users WHERE ${condition}`, value);
    return row === undefined ? null : toUser(row);
  };
  return {
    get: (id) => one('acs_user_id = ?', id),
    ofIdentity: (userIdentityId) => one('user_identity_id = ?', userIdentityId),
    ofIdentities: (userIdentityIds) =>
      database
        .all<UserRow>(
          'SELECT * FROM acs_users WHERE user_identity_id IN (SELECT value FROM json_each(?))',
          JSON.stringify(userIdentityIds),
        )
        .map(toUser),
    unlinked: (emailAddress, phoneNumber) => {
      const found = [
        ...database.all<UserRow>(UNLINKED_WITH_EMAIL, emailAddress),
        ...database.all<UserRow>(UNLINKED_WITH_PHONE, phoneNumber),
      ];
      const [first] = found;
      return first !== undefined && found.every(({ sequence }) => sequence === first.sequence)
        ? toUser(first)
        : null;
    },
    list: (filter, page) => listUsers(database, listed, filter, page),
    insert: (user) => {
      database.run(
        `INSERT INTO acs_users (full_name, email_address, phone_number, access_starts_at, access_ends_at, user_identity_id, is_suspended,
           hid_acs_system_id, acs_user_id, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        ...values(user),
        user.id,
        user.createdAt,
      );
      index.settle();
    },
    update: (user) => {
      database.run(
        `UPDATE acs_users SET full_name = ?, email_address = ?, phone_number = ?, access_starts_at = ?, access_ends_at = ?, user_identity_id = ?,
           is_suspended = ?, hid_acs_system_id = ?
         WHERE acs_user_id = ?`,
        ...values(user),
        user.id,
      );
      index.settle();
    },
    delete: (id) => {
      database.run('DELETE FROM acs_users WHERE acs_user_id = ?', id);
    },
  };
}
