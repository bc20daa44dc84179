import type { User, UserIdentity } from '../../model/user.ts';
import type { UserIdentityTable, UserTable } from '../people-tables.ts';
import type { Database } from './database.ts';
import { Conditions, readPage } from './query.ts';

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

/** The table acs_users. */
export function userTable(database: Database): UserTable {
  const one = (condition: string, value: string) => {
    const row = database.get<UserRow>(`SELECT * FROM acs_users WHERE ${condition}`, value);
    return row === undefined ? null : toUser(row);
  };
  return {
    get: (id) => one('acs_user_id = ?', id),
    ofIdentity: (userIdentityId) => one('user_identity_id = ?', userIdentityId),
    list: (filter, page) =>
      readPage<UserRow, User>(
        database,
        'SELECT acs_users.* FROM acs_users LEFT JOIN user_identities AS identity USING (user_identity_id)',
        'acs_users',
        new Conditions()
          .when(
            filter.acsAccessGroupId,
            'acs_users.acs_user_id IN (SELECT acs_user_id FROM acs_access_group_users WHERE acs_access_group_id = ?)',
          )
          .when(filter.userIdentityId, 'acs_users.user_identity_id = ?')
          .when(filter.identityEmailAddress, 'identity.email_address = ?')
          .when(filter.identityPhoneNumber, 'identity.phone_number = ?')
          .when(filter.createdBefore, 'acs_users.created_at < ?')
          .whenContains(filter.search, [
            'acs_users.full_name',
            'acs_users.email_address',
            'acs_users.phone_number',
            'acs_users.acs_user_id',
          ]),
        page,
        toUser,
      ),
    insert: (user) => {
      database.run(
        `INSERT INTO acs_users (full_name, email_address, phone_number, access_starts_at, access_ends_at, user_identity_id, is_suspended,
           hid_acs_system_id, acs_user_id, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        ...values(user),
        user.id,
        user.createdAt,
      );
    },
    update: (user) => {
      database.run(
        `UPDATE acs_users SET full_name = ?, email_address = ?, phone_number = ?, access_starts_at = ?, access_ends_at = ?, user_identity_id = ?,
           is_suspended = ?, hid_acs_system_id = ?
         WHERE acs_user_id = ?`,
        ...values(user),
        user.id,
      );
    },
    delete: (id) => {
      database.run('DELETE FROM acs_users WHERE acs_user_id = ?', id);
    },
  };
}

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

/** The table user_identities. */
export function userIdentityTable(database: Database): UserIdentityTable {
  const one = (condition: string, value: string) => {
    const row = database.get<IdentityRow>(`SELECT * FROM user_identities WHERE ${condition}`, value);
    return row === undefined ? null : toIdentity(row);
  };
  return {
    get: (id) => one('user_identity_id = ?', id),
    withKey: (key) => one('user_identity_key = ?', key),
    withEmailAddress: (emailAddress) => one('email_address = ?', emailAddress),
    withPhoneNumber: (phoneNumber) => one('phone_number = ?', phoneNumber),
    list: (filter, page) =>
      readPage<IdentityRow, UserIdentity>(
        database,
        'SELECT * FROM user_identities',
        'user_identities',
        new Conditions()
          .whenIn('user_identity_id', filter.ids)
          .when(filter.createdBefore, 'created_at < ?')
          .whenContains(filter.search, [
            'full_name',
            'email_address',
            'phone_number',
            'user_identity_key',
            'user_identity_id',
          ]),
        page,
        toIdentity,
      ),
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
    },
    delete: (id) => {
      database.run('DELETE FROM user_identities WHERE user_identity_id = ?', id);
    },
  };
}
