import type { Logger } from '../../log.ts';
import type { SiteEvent } from '../../model/event.ts';
import type { Delivery, Webhook } from '../../model/webhook.ts';
import { settleDelivery } from '../../site/deliveries.ts';
import type { Site } from '../../site/site.ts';
import { StorageError } from '../../store/errors.ts';
import { postEvent } from './post-event.ts';

/** How many deliveries are under way at once: to all webhooks, and to one. A receiver that is slow keeps nobody else waiting. */
const AT_ONCE = 8;
const AT_ONCE_TO_ONE = 2;

/** The longest that it sleeps while something is pending, milliseconds: a computer that was suspended may have slept through the time. */
const LONGEST_SLEEP_MS = 60_000;

/** How long after a failure of the disk it is tried again. */
const STORAGE_RETRY_MS = 1000;

export interface SenderParts {
  readonly site: Site;
  readonly log: Logger;
  /** An event as JSON in Seam's words. */
  readonly toBody: (event: SiteEvent) => string;
  /** `encoderd/1.0.0` */
  readonly userAgent: string;
}

/** The daemon stops. */
class Stopped extends Error {}

/**
 * Sends what is owed to webhooks. What a receiver said is committed after it has: when the process ends in between, the same delivery is
 * sent once more, under the same id, and never lost.
 */
export class WebhookSender implements AsyncDisposable {
  readonly #parts: SenderParts;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  readonly #stopListening: () => void;
  /** By the delivery's id. */
  readonly #underWay = new Map<string, { readonly webhookId: string; readonly done: Promise<void> }>();
  /** How often something was sent, and of each webhook the number of the last time. */
  #turns = 0;
  readonly #lastTurns = new Map<string, number>();
  /** Ends the sleep. */
  #wake = new AbortController();

  /** Begins at once with what is due. */
  constructor(parts: SenderParts) {
    this.#parts = parts;
    this.#stopListening = parts.site.doorbell.listen(() => this.#wake.abort());
    this.#running = this.#run();
  }

  /** Breaks off what is under way: it stays pending. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopListening();
    this.#stop.abort(new Stopped());
    this.#wake.abort();
    await this.#running;
    await Promise.all([...this.#underWay.values()].map(({ done }) => done));
  }

  async #run(): Promise<void> {
    const { clock, store } = this.#parts.site;
    try {
      while (!this.#stop.signal.aborted) {
        this.#wake = new AbortController();
        const nextAt = await this.#onDisk(() => {
          const now = clock.now();
          this.#startDue(now);
          return store.deliveries.nextAfter(now);
        });
        await this.#sleep(nextAt);
      }
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    }
  }

  /** Until somebody wakes it, or until the time has come. */
  async #sleep(nextAt: number | null): Promise<void> {
    const { clock } = this.#parts.site;
    const woken = this.#wake.signal;
    if (woken.aborted || this.#stop.signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    woken.addEventListener('abort', () => resolve(), { once: true });
    if (nextAt !== null) {
      void clock.until(Math.min(nextAt, clock.now() + LONGEST_SLEEP_MS), woken).then(resolve, resolve);
    }
    await promise;
  }

  /** Starts whatever is due and has room. */
  #startDue(now: number): void {
    while (this.#underWay.size < AT_ONCE) {
      const next = this.#nextDue(now);
      if (next === null) return;
      const { webhook, delivery } = next;
      this.#turns += 1;
      this.#lastTurns.set(webhook.id, this.#turns);
      const done = this.#deliverThenGiveRoom(webhook, delivery);
      this.#underWay.set(delivery.id, { webhookId: webhook.id, done });
    }
  }

  /** What has waited longest, of the webhook to which the least is under way and whose last turn is the longest ago. */
  #nextDue(now: number): { readonly webhook: Webhook; readonly delivery: Delivery } | null {
    const { store } = this.#parts.site;
    const candidates = store.webhooks.list().flatMap((webhook) => {
      const busy = [...this.#underWay.values()].filter(({ webhookId }) => webhookId === webhook.id).length;
      if (busy >= AT_ONCE_TO_ONE) return [];
      const delivery = store.deliveries
        .due(webhook.id, now, AT_ONCE_TO_ONE)
        .find(({ id }) => !this.#underWay.has(id));
      return delivery === undefined
        ? []
        : [{ webhook, delivery, busy, turn: this.#lastTurns.get(webhook.id) ?? 0 }];
    });
    return candidates.toSorted((a, b) => a.busy - b.busy || a.turn - b.turn)[0] ?? null;
  }

  async #deliverThenGiveRoom(webhook: Webhook, delivery: Delivery): Promise<void> {
    try {
      await this.#deliver(webhook, delivery);
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    } finally {
      this.#underWay.delete(delivery.id);
      this.#wake.abort();
    }
  }

  /** Rejects with Stopped. */
  async #deliver(webhook: Webhook, delivery: Delivery): Promise<void> {
    const { site, log, toBody, userAgent } = this.#parts;
    const event = await this.#onDisk(() => site.store.events.get(delivery.eventId));
    // The store keeps it for as long as a delivery of it is pending: the webhook went meanwhile.
    if (event === null) return;
    const message = { id: delivery.id, body: toBody(event) };
    const sending = await postEvent(webhook, message, { clock: site.clock, userAgent }, this.#stop.signal);
    const settled = await this.#onDisk(() => settleDelivery(site, delivery.id, sending));
    const words = { webhook_id: webhook.id, delivery_id: delivery.id, event_type: event.type, ...sending };
    if (settled?.state === 'given_up') {
      log.error(words, 'an event was given up on its way to a webhook: see encoderctl webhooks deliveries');
    } else if (sending.problem !== null) {
      log.debug(words, 'a webhook did not take an event, which is sent again');
    }
  }

  /** Tries again while the disk does not serve. Rejects with Stopped. */
  async #onDisk<T>(work: () => T): Promise<T> {
    const { site, log } = this.#parts;
    for (;;) {
      try {
        return work();
      } catch (error) {
        if (!(error instanceof StorageError)) throw error;
        log.error({ err: error }, 'the disk does not serve the deliveries to webhooks, trying again');
        await site.clock.until(site.clock.now() + STORAGE_RETRY_MS, this.#stop.signal);
      }
    }
  }
}
