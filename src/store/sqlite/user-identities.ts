import type { UserIdentity } from '../../model/user.ts';
import type { UserIdentityTable } from '../people-tables.ts';
import type { Database } from './database.ts';
import { type FilteredTable, listFiltered, timeFilter, type WideFilter } from './filtered-list.ts';
import { Conditions } from './query.ts';
import { SearchIndex } from './search-index.ts';
import { userIndex } from './users.ts';

interface IdentityRow {
  readonly sequence: number;
  readonly user_identity_id: string;
  readonly user_identity_key: string | null;
  readonly full_name: string | null;
  readonly email_address: string | null;
  readonly phone_number: string | null;
  readonly created_at: number;
}

const toIdentity = (row: IdentityRow): UserIdentity => ({
  id: row.user_identity_id,
  key: row.user_identity_key,
  fullName: row.full_name,
  emailAddress: row.email_address,
  phoneNumber: row.phone_number,
  createdAt: row.created_at,
});

/** That a user has it. Most identities are somebody's: the others are passed over. */
const HAS_USER: WideFilter<UserIdentity> = {
  holds:
    'EXISTS (SELECT 1 FROM acs_users WHERE acs_users.user_identity_id = user_identities.user_identity_id)',
  rows: `SELECT user_identities.sequence FROM acs_users CROSS JOIN user_identities USING (user_identity_id)
    WHERE acs_users.user_identity_id IS NOT NULL`,
  values: [],
};

/** The table user_identities. */
export function userIdentityTable(database: Database): UserIdentityTable {
  const index = new SearchIndex(database, {
    table: 'user_identities',
    columns: ['full_name', 'email_address', 'phone_number', 'user_identity_key', 'user_identity_id'].map(
      (column) => `user_identities.${column}`,
    ),
  });
  const users = userIndex(database);
  const listed: FilteredTable<IdentityRow, UserIdentity> = {
    table: 'user_identities',
    columns: 'user_identities.*',
    decode: toIdentity,
    index,
  };
  const one = (condition: string, value: string) => {
    const row = database.get<IdentityRow>(`SELECT * FROM user_identities WHERE ${condition}`, value);
    return row === undefined ? null : toIdentity(row);
  };
  return {
    get: (id) => one('user_identity_id = ?', id),
    withKey: (key) => one('user_identity_key = ?', key),
    withEmailAddress: (emailAddress) => one('email_address = ? COLLATE NOCASE', emailAddress),
    withPhoneNumber: (phoneNumber) => one('phone_number = ?', phoneNumber),
    list: (filter, page) => {
      const narrow = new Conditions().whenListed('user_identities', 'user_identity_id', filter.ids);
      return listFiltered(
        database,
        listed,
        {
          narrow: filter.ids === undefined ? null : narrow,
          wide: [
            timeFilter(database, listed, filter.createdBefore, null, page),
            filter.hasUser === true ? HAS_USER : null,
          ],
          search: filter.search,
        },
        page,
      );
    },
    insert: (identity) => {
      database.run(
        `INSERT INTO user_identities (user_identity_id, user_identity_key, full_name, email_address, phone_number, created_at)
         VALUES (?, ?, ?, ?, ?, ?)`,
        identity.id,
        identity.key,
        identity.fullName,
        identity.emailAddress,
        identity.phoneNumber,
        identity.createdAt,
      );
      index.settle();
    },
    update: (identity) => {
      database.run(
        `UPDATE user_identities SET user_identity_key = ?, full_name = ?, email_address = ?, phone_number = ?
         WHERE user_identity_id = ?`,
        identity.key,
        identity.fullName,
        identity.emailAddress,
        identity.phoneNumber,
        identity.id,
      );
      index.settle();
      users.settle();
    },
    delete: (id) => {
      database.run('DELETE FROM user_identities WHERE user_identity_id = ?', id);
    },
  };
}
