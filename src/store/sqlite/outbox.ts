import type { OutboxTable } from '../record-tables.ts';
import type { Database } from './database.ts';

interface MessageRow {
  readonly message_id: string;
  readonly kind: string;
  readonly resource_id: string;
  readonly body: string;
  readonly created_at: number;
}

/** The table outbox. */
export function outboxTable(database: Database): OutboxTable {
  return {
    append: (message) => {
      database.run(
        'INSERT INTO outbox (message_id, kind, resource_id, body, created_at) VALUES (?, ?, ?, ?, ?)',
        message.id,
        message.kind,
        message.resourceId,
        JSON.stringify(message.body),
        message.createdAt,
      );
    },
    depth: () => database.get<{ readonly depth: number }>('SELECT count(*) AS depth FROM outbox')?.depth ?? 0,
    list: (limit) =>
      database.all<MessageRow>('SELECT * FROM outbox ORDER BY sequence LIMIT ?', limit).map((row) => ({
        id: row.message_id,
        kind: row.kind,
        resourceId: row.resource_id,
        body: JSON.parse(row.body),
        createdAt: row.created_at,
      })),
  };
}
