import { z } from 'zod';
import { DELIVERY_STATES, type Delivery, type Webhook } from '../../model/webhook.ts';
import type { Site } from '../../site/site.ts';
import { isoTime, toIsoTime, toOptionalIsoTime } from './fields.ts';

export const webhook = z
  .object({
    webhook_id: z.uuid(),
    url: z.string(),
    event_types: z.array(z.string()),
    /** For `new SeamWebhook(secret)`, or any library of Standard Webhooks. */
    secret: z.string(),
  })
  .meta({ id: 'webhook' });

export function toWebhook({ id, url, eventTypes, secret }: Webhook): z.input<typeof webhook> {
  return { webhook_id: id, url, event_types: [...eventTypes], secret };
}

/** Names of events in a request. */
export const eventTypesParameter = z.array(z.string().max(100)).max(200);

export const webhookDelivery = z
  .object({
    /** The receiver sees it as `svix-id`. */
    delivery_id: z.uuid(),
    webhook_id: z.uuid(),
    event_id: z.uuid(),
    event_type: z.string(),
    state: z.enum(DELIVERY_STATES),
    /** How often it was sent, since it was made or replayed. */
    attempt_count: z.int(),
    created_at: isoTime,
    /** Only while it is pending. */
    next_attempt_at: isoTime.optional(),
    last_attempt_at: isoTime.optional(),
    /** The HTTP status that came back last. */
    last_status: z.int().optional(),
    /** Why it was not taken last. */
    last_error: z.string().optional(),
  })
  .meta({ id: 'webhook_delivery' });

export function toWebhookDelivery(delivery: Delivery, { store }: Site): z.input<typeof webhookDelivery> {
  const { lastStatus, lastError } = delivery;
  return {
    delivery_id: delivery.id,
    webhook_id: delivery.webhookId,
    event_id: delivery.eventId,
    event_type: store.events.get(delivery.eventId)?.type ?? '',
    state: delivery.state,
    attempt_count: delivery.attempts,
    created_at: toIsoTime(delivery.createdAt),
    next_attempt_at: toOptionalIsoTime(delivery.nextAttemptAt),
    last_attempt_at: toOptionalIsoTime(delivery.lastAttemptAt),
    ...(lastStatus === null ? {} : { last_status: lastStatus }),
    ...(lastError === null ? {} : { last_error: lastError }),
  };
}
