import type { SiteEvent, SiteEventType } from '../../model/event.ts';
import type { EventTable } from '../record-tables.ts';
import type { Database } from './database.ts';
import { Conditions, readPage } from './query.ts';

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

/** The table events. */
export function eventTable(database: Database): EventTable {
  return {
    get: (id) => {
      const row = database.get<EventRow>('SELECT * FROM events WHERE event_id = ?', id);
      return row === undefined ? null : toEvent(row);
    },
    list: (filter, page) =>
      readPage<EventRow, SiteEvent>(
        database,
        'SELECT * FROM events',
        'events',
        new Conditions()
          .whenIn('event_type', filter.types)
          .whenIn('event_id', filter.ids)
          .when(filter.since, 'occurred_at > ?')
          .when(filter.before, 'occurred_at < ?')
          .when(filter.acsEncoderId, 'acs_encoder_id = ?')
          .when(filter.acsEntranceId, 'acs_entrance_id = ?')
          .when(filter.acsUserId, 'acs_user_id = ?')
          .when(filter.acsCredentialId, 'acs_credential_id = ?')
          .when(filter.acsAccessGroupId, 'acs_access_group_id = ?'),
        page,
        toEvent,
      ),
    newest: (type) => {
      const row = database.get<EventRow>(
        'SELECT * FROM events WHERE event_type = ? ORDER BY sequence DESC LIMIT 1',
        type,
      );
      return row === undefined ? null : toEvent(row);
    },
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
