import type { SiteEvent, SiteEventType } from '../../model/event.ts';
import type { Page, PageRequest } from '../paging.ts';
import type { EventFilter, EventTable } from '../record-tables.ts';
import type { Database } from './database.ts';
import { Conditions, readPageInTime } from './query.ts';

interface EventRow {
  readonly sequence: number;
  readonly event_id: string;
  readonly event_type: SiteEventType;
  readonly occurred_at: number;
  readonly acs_encoder_id: string | null;
  readonly acs_entrance_id: string | null;
  readonly acs_user_id: string | null;
  readonly acs_credential_id: string | null;
  readonly acs_access_group_id: string | null;
  readonly client_session_id: string | null;
}

const toEvent = (row: EventRow): SiteEvent => ({
  id: row.event_id,
  type: row.event_type,
  occurredAt: row.occurred_at,
  subject: {
    ...(row.acs_encoder_id === null ? {} : { acsEncoderId: row.acs_encoder_id }),
    ...(row.acs_entrance_id === null ? {} : { acsEntranceId: row.acs_entrance_id }),
    ...(row.acs_user_id === null ? {} : { acsUserId: row.acs_user_id }),
    ...(row.acs_credential_id === null ? {} : { acsCredentialId: row.acs_credential_id }),
    ...(row.acs_access_group_id === null ? {} : { acsAccessGroupId: row.acs_access_group_id }),
    ...(row.client_session_id === null ? {} : { clientSessionId: row.client_session_id }),
  },
});

/** The columns for what an event is about; each has an index with the time. */
const SUBJECTS = [
  ['acsCredentialId', 'acs_credential_id'],
  ['acsUserId', 'acs_user_id'],
  ['acsAccessGroupId', 'acs_access_group_id'],
  ['acsEntranceId', 'acs_entrance_id'],
  ['acsEncoderId', 'acs_encoder_id'],
] as const satisfies readonly (readonly [keyof EventFilter, string])[];

/** In order of time. By the index of one thing that they are about, of each of their types, or of time alone. */
function listEvents(database: Database, filter: EventFilter, page: PageRequest): Page<SiteEvent> {
  const subjects = SUBJECTS.flatMap(([name, column]) => {
    const id = filter[name];
    return id === undefined ? [] : [{ column, id }];
  });
  const conditions = (type: SiteEventType | null) => {
    const all = new Conditions().whenListed('events', 'event_id', filter.ids);
    // `+` keeps SQLite from every index but the one that is meant.
    for (const [at, { column, id }] of subjects.entries())
      all.add(`${at === 0 && filter.ids === undefined ? '' : '+'}${column} = ?`, id);
    if (type !== null) all.add('event_type = ?', type);
    return all.when(filter.before, 'occurred_at < ?');
  };
  const isNarrow = filter.ids !== undefined || subjects.length > 0;
  const types = isNarrow || filter.types === undefined ? [null] : new Set(filter.types);
  const selects = [...types].map((type) => ({
    select: 'SELECT * FROM events',
    conditions: isNarrow ? conditions(null).whenIn('+event_type', filter.types) : conditions(type),
  }));
  if (selects.length === 0) return { rows: [], nextAfter: null };
  const order = { table: 'events', time: 'occurred_at', since: filter.since };
  return readPageInTime<EventRow, SiteEvent>(
    database,
    selects,
    order,
    page,
    (row) => row.occurred_at,
    toEvent,
  );
}

/** The table events. */
export function eventTable(database: Database): EventTable {
  return {
    get: (id) => {
      const row = database.get<EventRow>('SELECT * FROM events WHERE event_id = ?', id);
      return row === undefined ? null : toEvent(row);
    },
    list: (filter, page) => listEvents(database, filter, page),
    newest: (type) => {
      const row = database.get<EventRow>(
        'SELECT * FROM events WHERE event_type = ? ORDER BY occurred_at DESC, sequence DESC LIMIT 1',
        type,
      );
      return row === undefined ? null : toEvent(row);
    },
    lastOccurredAt: () =>
      database.get<Pick<EventRow, 'occurred_at'>>(
        'SELECT occurred_at FROM events WHERE sequence = (SELECT max(sequence) FROM events)',
      )?.occurred_at ?? null,
    insert: ({ id, type, occurredAt, subject }) => {
      database.run(
        `INSERT INTO events (event_id, event_type, occurred_at, acs_encoder_id, acs_entrance_id, acs_user_id, acs_credential_id,
           acs_access_group_id, client_session_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        id,
        type,
        occurredAt,
        subject.acsEncoderId ?? null,
        subject.acsEntranceId ?? null,
        subject.acsUserId ?? null,
        subject.acsCredentialId ?? null,
        subject.acsAccessGroupId ?? null,
        subject.clientSessionId ?? null,
      );
    },
    forgetBefore: (at, most) => {
      const old = `SELECT event_id FROM events WHERE occurred_at < ? AND NOT EXISTS (
        SELECT 1 FROM webhook_deliveries AS waiting WHERE waiting.event_id = events.event_id AND waiting.state = 'pending')
        ORDER BY occurred_at LIMIT ?`;
      return database.transaction(() => {
        database.run(`DELETE FROM webhook_deliveries WHERE event_id IN (${old})`, at, most);
        return database.run(`DELETE FROM events WHERE event_id IN (${old})`, at, most).changes;
      });
    },
  };
}
