import type { Entrance, HotekEntrance } from '../../model/entrance.ts';
import type { EntranceTable } from '../people-tables.ts';
import type { Database } from './database.ts';
import { Conditions, readPage } from './query.ts';

interface EntranceRow {
  readonly sequence: number;
  readonly acs_entrance_id: string;
  readonly name: string;
  readonly hotek_metadata: string | null;
  readonly made_by_report: number;
  readonly created_at: number;
}

const toHotek = (text: string | null): HotekEntrance | null => (text === null ? null : JSON.parse(text));

const hotekText = ({ hotekMetadata }: Pick<Entrance, 'hotekMetadata'>) =>
  hotekMetadata === null ? null : JSON.stringify(hotekMetadata);

const toEntrance = (row: EntranceRow): Entrance => ({
  id: row.acs_entrance_id,
  number: row.sequence,
  name: row.name,
  hotekMetadata: toHotek(row.hotek_metadata),
  isMadeByReport: row.made_by_report === 1,
  createdAt: row.created_at,
});

/** A credential that belongs to nobody, or to somebody who is suspended, opens nothing. */
const OPENED_BY_CREDENTIAL = `acs_entrance_id IN (
  WITH credential (id, holder) AS (
    SELECT acs_credential_id, acs_user_id FROM acs_credentials JOIN acs_users USING (acs_user_id)
    WHERE acs_credential_id = ? AND is_suspended = 0)
  SELECT acs_entrance_id FROM credential JOIN acs_credential_entrances ON acs_credential_id = id
  UNION
  SELECT acs_entrance_id FROM credential JOIN acs_user_entrances ON acs_user_id = holder
  UNION
  SELECT acs_entrance_id FROM credential JOIN acs_access_group_users ON acs_user_id = holder
    JOIN acs_access_group_entrances USING (acs_access_group_id))`;

const OPENED_BY_USER = `acs_entrance_id IN (
  WITH holder (id) AS (SELECT acs_user_id FROM acs_users WHERE acs_user_id = ? AND is_suspended = 0)
  SELECT acs_entrance_id FROM holder JOIN acs_user_entrances ON acs_user_id = id
  UNION
  SELECT acs_entrance_id FROM holder JOIN acs_access_group_users ON acs_user_id = id
    JOIN acs_access_group_entrances USING (acs_access_group_id)
  UNION
  SELECT acs_entrance_id FROM holder JOIN acs_credentials ON acs_user_id = id
    JOIN acs_credential_entrances USING (acs_credential_id))`;

/** The table acs_entrances. */
export function entranceTable(database: Database): EntranceTable {
  const one = (condition: string, value: string | number) => {
    const row = database.get<EntranceRow>(`SELECT * FROM acs_entrances WHERE ${condition}`, value);
    return row === undefined ? null : toEntrance(row);
  };
  return {
    get: (id) => one('acs_entrance_id = ?', id),
    withName: (name) => one('name = ?', name),
    withNumber: (number) => one('sequence = ?', number),
    list: (filter, page) =>
      readPage<EntranceRow, Entrance>(
        database,
        'SELECT * FROM acs_entrances',
        'acs_entrances',
        new Conditions()
          .whenIn('acs_entrance_id', filter.ids)
          .when(filter.acsCredentialId, OPENED_BY_CREDENTIAL)
          .when(filter.acsUserId, OPENED_BY_USER)
          .when(
            filter.acsAccessGroupId,
            'acs_entrance_id IN (SELECT acs_entrance_id FROM acs_access_group_entrances WHERE acs_access_group_id = ?)',
          )
          .whenContains(filter.search, ['name', 'acs_entrance_id']),
        page,
        toEntrance,
      ),
    lastNumber: () =>
      database.get<{ readonly seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'acs_entrances'")
        ?.seq ?? 0,
    insert: (entrance, number) => {
      const { lastInsertRowid } = database.run(
        'INSERT INTO acs_entrances (sequence, acs_entrance_id, name, hotek_metadata, made_by_report, created_at) VALUES (?, ?, ?, ?, ?, ?)',
        number ?? null,
        entrance.id,
        entrance.name,
        hotekText(entrance),
        entrance.isMadeByReport ? 1 : 0,
        entrance.createdAt,
      );
      return { ...entrance, number: lastInsertRowid };
    },
    update: (entrance) => {
      database.run(
        'UPDATE acs_entrances SET sequence = ?, name = ?, hotek_metadata = ?, made_by_report = ? WHERE acs_entrance_id = ?',
        entrance.number,
        entrance.name,
        hotekText(entrance),
        entrance.isMadeByReport ? 1 : 0,
        entrance.id,
      );
      // AUTOINCREMENT counts inserts only: a greater number that came by an update must not be given again either.
      database.run(
        "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'acs_entrances'",
        entrance.number,
      );
    },
    delete: (id) => {
      database.run('DELETE FROM acs_credential_entrances WHERE acs_entrance_id = ?', id);
      database.run('DELETE FROM acs_entrances WHERE acs_entrance_id = ?', id);
    },
    grant: (id, acsUserId) => {
      database.run(
        'INSERT OR IGNORE INTO acs_user_entrances (acs_user_id, acs_entrance_id) VALUES (?, ?)',
        acsUserId,
        id,
      );
    },
    grantedTo: (acsUserId) =>
      database
        .all<{ readonly acs_entrance_id: string }>(
          'SELECT acs_entrance_id FROM acs_user_entrances WHERE acs_user_id = ? ORDER BY acs_entrance_id',
          acsUserId,
        )
        .map((row) => row.acs_entrance_id),
    grantees: (id) =>
      database
        .all<{ readonly acs_user_id: string }>(
          'SELECT acs_user_id FROM acs_user_entrances WHERE acs_entrance_id = ? ORDER BY acs_user_id',
          id,
        )
        .map((row) => row.acs_user_id),
    revoke: (id, acsUserId) => {
      database.run(
        'DELETE FROM acs_user_entrances WHERE acs_user_id = ? AND acs_entrance_id = ?',
        acsUserId,
        id,
      );
    },
    revokeAll: (acsUserId) => {
      database.run('DELETE FROM acs_user_entrances WHERE acs_user_id = ?', acsUserId);
    },
  };
}
