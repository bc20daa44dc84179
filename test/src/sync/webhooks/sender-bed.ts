import { expect, onTestFinished } from 'vitest';
import { z } from 'zod';
import { toEvent } from '../../../../src/api/wire/event.ts';
import { createLog } from '../../../../src/log.ts';
import type { Delivery, Webhook } from '../../../../src/model/webhook.ts';
import { announce } from '../../../../src/site/site.ts';
import { createWebhook } from '../../../../src/site/webhooks.ts';
import type { Store } from '../../../../src/store/store.ts';
import { WebhookSender } from '../../../../src/sync/webhooks/webhook-sender.ts';
import { type Reply, WebhookReceiver } from '../../../stories/webhook-receiver.ts';
import { openTestSite, type StillSite, temporaryFolder } from '../../site/site-bed.ts';

const logLine = z.looseObject({ level: z.int(), msg: z.string() });

/** A site whose time stands still, and what sends its events. */
export class SenderBed {
  readonly site: StillSite;
  readonly lines: z.output<typeof logLine>[] = [];
  #sender: WebhookSender | null = null;

  /** `wrap` may stand between the site and its store. */
  constructor(wrap?: (store: Store) => Store) {
    this.site = openTestSite({}, temporaryFolder(), wrap);
    onTestFinished(() => this.stop());
  }

  /** Starts what sends. */
  start(): void {
    this.#sender = new WebhookSender({
      site: this.site,
      log: createLog('debug', { write: (line) => this.lines.push(logLine.parse(JSON.parse(line))) }),
      toBody: (event) => JSON.stringify(toEvent(event, this.site)),
      userAgent: 'encoderd/test',
    });
  }

  async stop(): Promise<void> {
    await this.#sender?.[Symbol.asyncDispose]();
    this.#sender = null;
  }

  /** A receiver that does this, until the test is over. */
  async receiver(reply?: Reply): Promise<WebhookReceiver> {
    const receiver = await WebhookReceiver.open(reply);
    onTestFinished(() => receiver[Symbol.asyncDispose]());
    return receiver;
  }

  webhook(url: string, eventTypes: readonly string[] = ['*']): Webhook {
    return createWebhook(this.site, { url, eventTypes });
  }

  /** Something happens at the site. */
  happen(acsUserId: string = crypto.randomUUID()): void {
    this.site.store.transaction(() => announce(this.site, 'acs_user.created', { acsUserId }));
  }

  get deliveries(): readonly Delivery[] {
    return this.site.store.deliveries.list({}, { after: 0, limit: 100_000 }).rows;
  }

  /** The only delivery, once it was sent so often; by then the sender waits for its next time. */
  async sent(attempts: number): Promise<Delivery> {
    await expect.poll(() => this.deliveries.map((one) => one.attempts)).toEqual([attempts]);
    const [delivery] = this.deliveries;
    if (delivery === undefined) throw new Error('There is no delivery.');
    if (delivery.state === 'pending') await this.site.clock.waitedFor();
    return delivery;
  }
}
