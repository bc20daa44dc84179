import type { Attempt } from '../model/attempt.ts';
import type { Card } from '../model/card.ts';
import type { AttemptEvent, Step } from '../model/machine.ts';
import { SiteError } from '../site/errors.ts';
import { assignScannedCard, recogniseCard } from '../site/scanned-card.ts';
import type { Site } from '../site/site.ts';
import { userOf } from '../site/users.ts';
import { commitEvent } from './commit.ts';

/** Does with the card that was read what the order says, and ends the attempt with it: one transaction. */
export function settleCard(site: Site, attempt: Attempt, card: Card): Step {
  return site.store.transaction(() => commitEvent(site, attempt.id, applyOrder(site, attempt, card)));
}

function applyOrder(site: Site, { order, encoderId }: Attempt, card: Card): AttemptEvent {
  if (order.action === 'SCAN_CREDENTIAL') {
    return { event: 'card_settled', result: recogniseCard(site, card) };
  }
  try {
    const outcome = assignScannedCard(site, card, order.beneficiary, order.mayEnrol);
    if (outcome.outcome === 'refused') {
      return { event: 'work_failed', reason: outcome.reason, detail: null };
    }
    site.store.encoders.setServedCard(encoderId, { uid: card.uid, acsUserId: outcome.acsUserId });
    return { event: 'card_settled', result: { kind: 'assigned', credential: outcome.credential } };
  } catch (error) {
    if (error instanceof SiteError) {
      return { event: 'work_failed', reason: 'beneficiary_deleted', detail: null };
    }
    throw error;
  }
}

/** Whether this card has just served somebody else and must leave the field before this order accepts it. */
export function mustLeaveFirst(site: Site, { order, encoderId }: Attempt, card: Card): boolean {
  if (order.action === 'SCAN_CREDENTIAL') return false;
  const served = site.store.encoders.servedCard(encoderId);
  return served?.uid === card.uid && served.acsUserId !== userOf(site, order.beneficiary)?.id;
}
