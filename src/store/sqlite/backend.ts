import type { ResourceKind } from '../../model/resource.ts';
import type { BackendTable, HeldItemTable, SharedResource, SharedResourceTable } from '../sync-tables.ts';
import type { Database } from './database.ts';

/** The table backend. */
export function backendTable(database: Database): BackendTable {
  return {
    read: () => {
      const row = database.get<{ readonly link: string }>('SELECT link FROM backend');
      return row === undefined ? null : JSON.parse(row.link);
    },
    exists: () => database.get('SELECT 1 FROM backend') !== undefined,
    write: (link) => {
      if (link === null) database.run('DELETE FROM backend');
      else
        database.run('INSERT OR REPLACE INTO backend (only_row, link) VALUES (1, ?)', JSON.stringify(link));
    },
  };
}

interface SharedRow {
  readonly kind: ResourceKind;
  readonly resource_id: string;
  readonly backend_id: string;
  readonly synced_at: number | null;
}

const toShared = (row: SharedRow): SharedResource => ({
  kind: row.kind,
  id: row.resource_id,
  backendId: row.backend_id,
  syncedAt: row.synced_at,
});

/** The table backend_resources. */
export function sharedResourceTable(database: Database): SharedResourceTable {
  const one = (condition: string, kind: ResourceKind, id: string) => {
    const row = database.get<SharedRow>(
      `SELECT * FROM backend_resources WHERE kind = ? AND ${condition} = ?`,
      kind,
      id,
    );
    return row === undefined ? null : toShared(row);
  };
  return {
    get: ({ kind, id }) => one('resource_id', kind, id),
    among: (kind, ids) =>
      database
        .all<SharedRow>(
          'SELECT * FROM backend_resources WHERE kind = ? AND resource_id IN (SELECT value FROM json_each(?))',
          kind,
          JSON.stringify(ids),
        )
        .map(toShared),
    ofBackend: (kind, backendId) => one('backend_id', kind, backendId),
    note: ({ kind, id }, backendId, walk, at) => {
      database.run(
        `INSERT INTO backend_resources (kind, resource_id, backend_id, walk, synced_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (kind, resource_id) DO UPDATE
           SET backend_id = excluded.backend_id, walk = excluded.walk, synced_at = coalesce(excluded.synced_at, synced_at)`,
        kind,
        id,
        backendId,
        walk,
        at,
      );
    },
    forget: ({ kind, id }) => {
      database.run('DELETE FROM backend_resources WHERE kind = ? AND resource_id = ?', kind, id);
    },
    clear: () => {
      database.run('DELETE FROM backend_resources');
    },
    unmet: (kind, walk, limit) =>
      database
        .all<SharedRow>(
          'SELECT * FROM backend_resources WHERE kind = ? AND walk < ? ORDER BY walk, resource_id LIMIT ?',
          kind,
          walk,
          limit,
        )
        .map(toShared),
    count: (kind) =>
      database.get<{ readonly count: number }>(
        'SELECT count(*) AS count FROM backend_resources WHERE kind = ?',
        kind,
      )?.count ?? 0,
  };
}

interface HeldRow {
  readonly kind: ResourceKind;
  readonly backend_id: string;
  readonly reason: string;
  readonly created_at: number;
}

/** The table held_items. */
export function heldItemTable(database: Database): HeldItemTable {
  const put =
    (cannotBeHere: 0 | 1): HeldItemTable['hold'] =>
    ({ kind, id }, reason, at) => {
      database.run(
        `INSERT INTO held_items (kind, backend_id, reason, cannot_be_here, created_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (kind, backend_id) DO UPDATE
           SET reason = excluded.reason, cannot_be_here = excluded.cannot_be_here`,
        kind,
        id,
        reason,
        cannotBeHere,
        at,
      );
    };
  return {
    hold: put(1),
    readAgain: put(0),
    release: ({ kind, id }) => {
      database.run('DELETE FROM held_items WHERE kind = ? AND backend_id = ?', kind, id);
    },
    among: (kind, backendIds) =>
      database
        .all<HeldRow>(
          'SELECT * FROM held_items WHERE kind = ? AND backend_id IN (SELECT value FROM json_each(?))',
          kind,
          JSON.stringify(backendIds),
        )
        .map((row) => row.backend_id),
    list: (limit) =>
      database
        .all<HeldRow>('SELECT * FROM held_items ORDER BY kind, backend_id LIMIT ?', limit)
        .map((row) => ({
          kind: row.kind,
          id: row.backend_id,
          reason: row.reason,
          createdAt: row.created_at,
        })),
    count: () =>
      database.get<{ readonly count: number }>(
        'SELECT count(*) AS count FROM held_items WHERE cannot_be_here = 1',
      )?.count ?? 0,
    clear: () => {
      database.run('DELETE FROM held_items');
    },
  };
}
