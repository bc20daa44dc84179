import type { SiteEventType } from './event.ts';

/** A URL that wants to hear of events (Seam: webhook). Times are milliseconds since 1970. */
export interface Webhook {
  readonly id: string;
  readonly url: string;
  /** Seam's names of events; `*` stands for all of them. */
  readonly eventTypes: readonly string[];
  /** `whsec_` and 24 random bytes in base64 (https://www.standardwebhooks.com). */
  readonly secret: string;
  readonly createdAt: number;
}

/** Stands for every event. */
export const EVERY_EVENT = '*';

/** Whether the webhook asked for events of this type. */
export function wantsEvent({ eventTypes }: Pick<Webhook, 'eventTypes'>, type: SiteEventType): boolean {
  return eventTypes.includes(EVERY_EVENT) || eventTypes.includes(type);
}

export const DELIVERY_STATES = ['pending', 'delivered', 'given_up'] as const;

export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** One event on its way to one webhook. */
export interface Delivery {
  /** The id under which the receiver sees it each time, also when it is replayed. */
  readonly id: string;
  readonly webhookId: string;
  readonly eventId: string;
  readonly state: DeliveryState;
  /** How often it was sent, since it was made or replayed. */
  readonly attempts: number;
  /** When to send it next; null once it is not pending. */
  readonly nextAttemptAt: number | null;
  readonly lastAttemptAt: number | null;
  /** The HTTP status that came back last; null: none did. */
  readonly lastStatus: number | null;
  /** Why the last attempt failed, in a sentence; null: it did not. */
  readonly lastError: string | null;
  readonly createdAt: number;
}
