import type { AccessGroup } from '../../model/access-group.ts';
import type { AccessGroupTable } from '../people-tables.ts';
import type { Database } from './database.ts';
import { Conditions, readPage } from './query.ts';

interface AccessGroupRow {
  readonly sequence: number;
  readonly acs_access_group_id: string;
  readonly name: string;
  /** A JSON list of ids. */
  readonly entrance_ids: string;
  readonly created_at: number;
}

const SELECT = `SELECT acs_access_groups.*,
    (SELECT json_group_array(acs_entrance_id) FROM acs_access_group_entrances AS opened
      WHERE opened.acs_access_group_id = acs_access_groups.acs_access_group_id) AS entrance_ids
  FROM acs_access_groups`;

const toAccessGroup = (row: AccessGroupRow): AccessGroup => ({
  id: row.acs_access_group_id,
  name: row.name,
  entranceIds: JSON.parse(row.entrance_ids),
  createdAt: row.created_at,
});

/** The tables acs_access_groups, acs_access_group_entrances and acs_access_group_users. */
export function accessGroupTable(database: Database): AccessGroupTable {
  const one = (condition: string, value: string) => {
    const row = database.get<AccessGroupRow>(`${SELECT} WHERE ${condition}`, value);
    return row === undefined ? null : toAccessGroup(row);
  };
  const setEntrances = ({ id, entranceIds }: AccessGroup) => {
    const wanted = JSON.stringify(entranceIds);
    database.run(
      `DELETE FROM acs_access_group_entrances
       WHERE acs_access_group_id = ? AND acs_entrance_id NOT IN (SELECT value FROM json_each(?))`,
      id,
      wanted,
    );
    database.run(
      `INSERT OR IGNORE INTO acs_access_group_entrances (acs_access_group_id, acs_entrance_id)
       SELECT ?, value FROM json_each(?)`,
      id,
      wanted,
    );
  };
  return {
    get: (id) => one('acs_access_group_id = ?', id),
    withName: (name) => one('name = ?', name),
    list: (filter, page) =>
      readPage<AccessGroupRow, AccessGroup>(
        database,
        SELECT,
        'acs_access_groups',
        new Conditions()
          .when(
            filter.acsUserId,
            'acs_access_group_id IN (SELECT acs_access_group_id FROM acs_access_group_users WHERE acs_user_id = ?)',
          )
          .whenContains(filter.search, ['name', 'acs_access_group_id']),
        page,
        toAccessGroup,
      ),
    insert: (group) => {
      database.run(
        'INSERT INTO acs_access_groups (acs_access_group_id, name, created_at) VALUES (?, ?, ?)',
        group.id,
        group.name,
        group.createdAt,
      );
      setEntrances(group);
    },
    update: (group) => {
      database.run(
        'UPDATE acs_access_groups SET name = ? WHERE acs_access_group_id = ?',
        group.name,
        group.id,
      );
      setEntrances(group);
    },
    delete: (id) => {
      database.run('DELETE FROM acs_access_groups WHERE acs_access_group_id = ?', id);
    },
    addUser: (id, acsUserId) => {
      database.run(
        `INSERT INTO acs_access_group_users (acs_access_group_id, acs_user_id, user_sequence)
         VALUES (?, ?, (SELECT sequence FROM acs_users WHERE acs_user_id = ?))
         ON CONFLICT (acs_access_group_id, acs_user_id) DO NOTHING`,
        id,
        acsUserId,
        acsUserId,
      );
    },
    removeUser: (id, acsUserId) => {
      database.run(
        'DELETE FROM acs_access_group_users WHERE acs_access_group_id = ? AND acs_user_id = ?',
        id,
        acsUserId,
      );
    },
    hasUser: (id, acsUserId) =>
      database.get(
        'SELECT 1 FROM acs_access_group_users WHERE acs_access_group_id = ? AND acs_user_id = ?',
        id,
        acsUserId,
      ) !== undefined,
  };
}
