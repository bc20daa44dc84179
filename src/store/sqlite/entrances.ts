import type { Entrance } from '../../model/entrance.ts';
import type { EntranceTable } from '../store.ts';
import type { Database } from './database.ts';
import { Conditions, readPage } from './query.ts';

interface EntranceRow {
  readonly sequence: number;
  readonly acs_entrance_id: string;
  readonly name: string;
  readonly created_at: number;
}

const toEntrance = (row: EntranceRow): Entrance => ({
  id: row.acs_entrance_id,
  number: row.sequence,
  name: row.name,
  createdAt: row.created_at,
});

/** The table acs_entrances. */
export function entranceTable(database: Database): EntranceTable {
  const one = (condition: string, value: string) => {
    const row = database.get<EntranceRow>(`SELECT * FROM acs_entrances WHERE ${condition}`, value);
    return row === undefined ? null : toEntrance(row);
  };
  return {
    get: (id) => one('acs_entrance_id = ?', id),
    withName: (name) => one('name = ?', name),
    list: (filter, page) =>
      readPage<EntranceRow, Entrance>(
        database,
        'SELECT * FROM acs_entrances',
        'acs_entrances',
        new Conditions()
          .whenIn('acs_entrance_id', filter.ids)
          .when(
            filter.acsCredentialId,
            'acs_entrance_id IN (SELECT acs_entrance_id FROM acs_credential_entrances WHERE acs_credential_id = ?)',
          )
          .whenContains(filter.search, ['name', 'acs_entrance_id']),
        page,
        toEntrance,
      ),
    insert: (entrance) => {
      const { lastInsertRowid } = database.run(
        'INSERT INTO acs_entrances (acs_entrance_id, name, created_at) VALUES (?, ?, ?)',
        entrance.id,
        entrance.name,
        entrance.createdAt,
      );
      return { ...entrance, number: lastInsertRowid };
    },
  };
}
