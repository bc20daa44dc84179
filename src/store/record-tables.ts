import type { Change, NumberedChange } from '../model/change.ts';
import type { SiteEvent, SiteEventType } from '../model/event.ts';
import type { Delivery, DeliveryState, Webhook } from '../model/webhook.ts';
import type { Page, PageRequest } from './paging.ts';

export interface EventFilter {
  readonly types?: readonly SiteEventType[] | undefined;
  readonly ids?: readonly string[] | undefined;
  /** Exclusive, milliseconds since 1970. */
  readonly since?: number | undefined;
  /** Exclusive, milliseconds since 1970. */
  readonly before?: number | undefined;
  readonly acsEncoderId?: string | undefined;
  readonly acsEntranceId?: string | undefined;
  readonly acsUserId?: string | undefined;
  readonly acsCredentialId?: string | undefined;
  readonly acsAccessGroupId?: string | undefined;
}

export interface EventTable {
  get(id: string): SiteEvent | null;
  list(filter: EventFilter, page: PageRequest): Page<SiteEvent>;
  /** The last one of this type. */
  newest(type: SiteEventType): SiteEvent | null;
  /** When the event occurred that was inserted last, milliseconds since 1970; null: there is none. */
  lastOccurredAt(): number | null;
  insert(event: SiteEvent): void;
  /** Forgets up to `most` events that occurred before `at`, but for those that a webhook still waits for; deliveries that have ended go with them. Returns how many. */
  forgetBefore(at: number, most: number): number;
}

export interface ChangeTable {
  /** Returns the new line's sequence. */
  append(change: Change, at: number): number;
  after(sequence: number, limit: number): readonly NumberedChange[];
  /** The sequence of the last line ever appended; 0 when there was none. */
  last(): number;
  /** The sequence after which every line is still kept. */
  keptAfter(): number;
  /** Forgets all but the newest `count` lines. */
  keep(count: number): void;
}

export interface WebhookTable {
  get(id: string): Webhook | null;
  list(): readonly Webhook[];
  insert(webhook: Webhook): void;
  update(webhook: Webhook): void;
  /** What was still to be delivered to it goes with it. */
  delete(id: string): void;
}

export interface DeliveryFilter {
  readonly webhookId?: string | undefined;
  readonly state?: DeliveryState | undefined;
}

export interface DeliveryTable {
  get(id: string): Delivery | null;
  /** Those to this webhook that are to be sent by `now`, the longest due first. */
  due(webhookId: string, now: number, limit: number): readonly Delivery[];
  /** When the next one is to be sent that is due later than `now`; null: there is none. */
  nextAfter(now: number): number | null;
  list(filter: DeliveryFilter, page: PageRequest): Page<Delivery>;
  /** How many there are in this state. */
  count(state: DeliveryState): number;
  insert(delivery: Delivery): void;
  update(delivery: Delivery): void;
  /** Makes those pending again, due at `now` and never sent, that were given up and were made at `since` or later. Returns how many. */
  replayGivenUp(webhookId: string, since: number, now: number): number;
}
