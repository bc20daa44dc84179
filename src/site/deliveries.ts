import { afterSending, replayed, type Sending } from '../model/delivery.ts';
import type { Delivery } from '../model/webhook.ts';
import { SiteError } from './errors.ts';
import type { Site } from './site.ts';
import { findWebhook } from './webhooks.ts';

/**
 * Notes what came of sending a delivery, and says what it is now; null: it went meanwhile, with its webhook. `chance` is at least 0 and
 * less than 1.
 */
export function settleDelivery(
  site: Site,
  id: string,
  sending: Sending,
  chance: number = Math.random(),
): Delivery | null {
  const { deliveries } = site.store;
  return site.store.transaction(() => {
    // Read anew: it may have been replayed while it was under way.
    const delivery = deliveries.get(id);
    if (delivery === null) return null;
    const settled = afterSending(delivery, sending, site.clock.now(), chance);
    deliveries.update(settled);
    return settled;
  });
}

/** Sends a delivery once more, whatever came of it before, under its old id. Returns 1. Throws `webhook_delivery_not_found`. */
export function replayDelivery(site: Site, id: string): number {
  const { deliveries } = site.store;
  site.store.transaction(() => {
    const delivery = deliveries.get(id);
    if (delivery === null) {
      throw new SiteError('webhook_delivery_not_found', `There is no delivery ${id} here.`, {
        delivery_id: id,
      });
    }
    deliveries.update(replayed(delivery, site.clock.now()));
  });
  site.doorbell.ring();
  return 1;
}

/**
 * Sends everything once more that was given up on its way to a webhook, and was made at `since` (milliseconds since 1970) or later. Returns
 * how many that are. Throws `webhook_not_found`.
 */
export function replayGivenUp(site: Site, webhookId: string, since: number): number {
  const count = site.store.transaction(() =>
    site.store.deliveries.replayGivenUp(findWebhook(site, webhookId).id, since, site.clock.now()),
  );
  site.doorbell.ring();
  return count;
}
