import type { Delivery, DeliveryState, Webhook } from '../../model/webhook.ts';
import type { DeliveryTable, WebhookTable } from '../record-tables.ts';
import type { Database } from './database.ts';
import { Conditions, readPage } from './query.ts';

interface WebhookRow {
  readonly webhook_id: string;
  readonly url: string;
  readonly event_types: string;
  readonly secret: string;
  readonly created_at: number;
}

const toWebhook = (row: WebhookRow): Webhook => ({
  id: row.webhook_id,
  url: row.url,
  eventTypes: JSON.parse(row.event_types),
  secret: row.secret,
  createdAt: row.created_at,
});

/** The table webhooks. */
export function webhookTable(database: Database): WebhookTable {
  return {
    get: (id) => {
      const row = database.get<WebhookRow>('SELECT * FROM webhooks WHERE webhook_id = ?', id);
      return row === undefined ? null : toWebhook(row);
    },
    list: () => database.all<WebhookRow>('SELECT * FROM webhooks ORDER BY sequence').map(toWebhook),
    insert: ({ id, url, eventTypes, secret, createdAt }) => {
      database.run(
        'INSERT INTO webhooks (webhook_id, url, event_types, secret, created_at) VALUES (?, ?, ?, ?, ?)',
        id,
        url,
        JSON.stringify(eventTypes),
        secret,
        createdAt,
      );
    },
    update: ({ id, url, eventTypes, secret }) => {
      database.run(
        'UPDATE webhooks SET url = ?, event_types = ?, secret = ? WHERE webhook_id = ?',
        url,
        JSON.stringify(eventTypes),
        secret,
        id,
      );
    },
    delete: (id) => {
      database.run('DELETE FROM webhooks WHERE webhook_id = ?', id);
    },
  };
}

interface DeliveryRow {
  readonly sequence: number;
  readonly delivery_id: string;
  readonly webhook_id: string;
  readonly event_id: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly next_attempt_at: number | null;
  readonly last_attempt_at: number | null;
  readonly last_status: number | null;
  readonly last_error: string | null;
  readonly created_at: number;
}

const toDelivery = (row: DeliveryRow): Delivery => ({
  id: row.delivery_id,
  webhookId: row.webhook_id,
  eventId: row.event_id,
  state: row.state,
  attempts: row.attempts,
  nextAttemptAt: row.next_attempt_at,
  lastAttemptAt: row.last_attempt_at,
  lastStatus: row.last_status,
  lastError: row.last_error,
  createdAt: row.created_at,
});

/** The table webhook_deliveries. */
export function deliveryTable(database: Database): DeliveryTable {
  const values = (delivery: Delivery) =>
    [
      delivery.state,
      delivery.attempts,
      delivery.nextAttemptAt,
      delivery.lastAttemptAt,
      delivery.lastStatus,
      delivery.lastError,
      delivery.id,
    ] as const;
  return {
    get: (id) => {
      const row = database.get<DeliveryRow>('SELECT * FROM webhook_deliveries WHERE delivery_id = ?', id);
      return row === undefined ? null : toDelivery(row);
    },
    due: (webhookId, now, limit) =>
      database
        .all<DeliveryRow>(
          `SELECT * FROM webhook_deliveries WHERE state = 'pending' AND webhook_id = ? AND next_attempt_at <= ?
           ORDER BY next_attempt_at, sequence LIMIT ?`,
          webhookId,
          now,
          limit,
        )
        .map(toDelivery),
    nextAfter: (now) =>
      database.get<{ readonly at: number }>(
        `SELECT next_attempt_at AS at FROM webhook_deliveries INDEXED BY webhook_deliveries_due
         WHERE state = 'pending' AND next_attempt_at > ? ORDER BY next_attempt_at LIMIT 1`,
        now,
      )?.at ?? null,
    list: (filter, page) =>
      readPage<DeliveryRow, Delivery>(
        database,
        'SELECT * FROM webhook_deliveries',
        'webhook_deliveries',
        new Conditions()
          // Of most states there are few: those are looked through for the webhook rather than the other way round.
          .when(filter.webhookId, filter.state === undefined ? 'webhook_id = ?' : '+webhook_id = ?')
          .when(filter.state, 'state = ?'),
        page,
        toDelivery,
      ),
    count: (state) =>
      database.get<{ readonly count: number }>(
        'SELECT count(*) AS count FROM webhook_deliveries WHERE state = ?',
        state,
      )?.count ?? 0,
    insert: (delivery) => {
      database.run(
        `INSERT INTO webhook_deliveries (state, attempts, next_attempt_at, last_attempt_at, last_status, last_error, delivery_id,
           webhook_id, event_id, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        ...values(delivery),
        delivery.webhookId,
        delivery.eventId,
        delivery.createdAt,
      );
    },
    update: (delivery) => {
      database.run(
        `UPDATE webhook_deliveries SET state = ?, attempts = ?, next_attempt_at = ?, last_attempt_at = ?, last_status = ?, last_error = ?
         WHERE delivery_id = ?`,
        ...values(delivery),
      );
    },
    replayGivenUp: (webhookId, since, now) =>
      database.run(
        `UPDATE webhook_deliveries SET state = 'pending', attempts = 0, next_attempt_at = ?
         WHERE +webhook_id = ? AND state = 'given_up' AND created_at >= ?`,
        now,
        webhookId,
        since,
      ).changes,
  };
}
