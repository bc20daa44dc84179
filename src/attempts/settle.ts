import type { Attempt, CardFindings, Order } from '../model/attempt.ts';
import type { Card } from '../model/card.ts';
import type { CardContents } from '../model/card-record.ts';
import type { AttemptEvent, Step } from '../model/machine.ts';
import {
  planEncoding,
  planErasing,
  planMending,
  unwritableBecause,
  type WritePlan,
} from '../site/card-plans.ts';
import { endUnwritten, noteWritten } from '../site/card-writes.ts';
import { SiteError } from '../site/errors.ts';
import { assignScannedCard, scanCard } from '../site/scanned-card.ts';
import type { Site } from '../site/site.ts';
import { userOf } from '../site/users.ts';
import { auditMended } from './audit-attempt.ts';
import { commitEvent } from './commit.ts';

/** What was read of a card: what is on it, where the order needs to know that. */
export interface ReadCard {
  readonly card: Card;
  readonly contents: CardContents | null;
}

/** Whether the order needs to know what is on the card; for the others its number is enough, but a stripe may have none. */
export function needsContents({ action }: Order, { technology }: Card): boolean {
  return action !== 'SCAN_TO_ASSIGN_CREDENTIAL' || technology === 'magnetic_stripe';
}

/**
 * Whether what an order writes only ends an earlier write, so that the order can be looked at. Orders that write take it over
 * themselves, and an inspection changes nothing.
 */
export function writesOnlyToMend({ action }: Order): boolean {
  return action === 'SCAN_CREDENTIAL' || action === 'SCAN_TO_ASSIGN_CREDENTIAL';
}

/** Whether an earlier write of this card that did not end must be ended before the order is looked at. */
export function needsMending(site: Site, { order }: Attempt, card: Card): boolean {
  return writesOnlyToMend(order) && site.store.cardWrites.openFor(card.uid) !== null;
}

/** Plans how the earlier write is ended: one transaction. */
export function planToMend(site: Site, attempt: Attempt, card: Card): Step {
  return site.store.transaction(() => {
    const plan = planMending(site, card);
    // Meanwhile it was ended at another encoder.
    if (plan === null) return { attempt, command: 'read_card' };
    return commitEvent(site, attempt.id, eventOf(plan));
  });
}

/** Does with the card that was read what the order says, and ends the attempt or goes on to write: one transaction. */
export function settleCard(site: Site, attempt: Attempt, read: ReadCard): Step {
  return site.store.transaction(() => commitEvent(site, attempt.id, applyOrder(site, attempt, read)));
}

/** Notes that the card holds what was planned, and ends the attempt or goes back to its order: one transaction. */
export function settleWritten(site: Site, attempt: Attempt, wasInterrupted: boolean): Step {
  return site.store.transaction(() =>
    commitEvent(site, attempt.id, applyWritten(site, attempt, wasInterrupted)),
  );
}

/** Ends the journal's row of a write that changed nothing, with what that means for the attempt: one transaction. */
export function settleUnwritten(site: Site, attempt: Attempt, event: AttemptEvent): Step {
  return site.store.transaction(() => {
    // A write that an earlier attempt began may have changed the card, whatever this one did.
    if ('writeId' in attempt && attempt.purpose === 'order') endUnwritten(site, attempt.writeId);
    return commitEvent(site, attempt.id, event);
  });
}

function applyOrder(site: Site, attempt: Attempt, { card, contents }: ReadCard): AttemptEvent {
  const { order, encoderId, id: attemptId } = attempt;
  if (order.action === 'SCAN_TO_ASSIGN_CREDENTIAL') {
    if (contents?.isNumberDrawn === true) {
      return { event: 'work_failed', reason: 'card_without_number', detail: null };
    }
    return assign(site, encoderId, order, card);
  }
  if (contents === null) throw new Error(`${order.action} needs to know what is on the card`);
  switch (order.action) {
    case 'SCAN_CREDENTIAL':
      return { event: 'card_settled', result: scanCard(site, card, findingsOf(contents)) };
    case 'INSPECT_CARD': {
      const { cardNumber, credential, findings } = scanCard(site, card, findingsOf(contents));
      return {
        event: 'card_settled',
        result: { kind: 'inspected', card, cardNumber, credential, findings },
      };
    }
    case 'ENCODE_CREDENTIAL':
      return eventOf(planEncoding(site, order, { attemptId, encoderId, card, contents }));
    case 'ERASE_CARD':
      return eventOf(planErasing(site, order, { attemptId, encoderId, card, contents }));
  }
}

function assign(
  site: Site,
  encoderId: string,
  order: Extract<Order, { action: 'SCAN_TO_ASSIGN_CREDENTIAL' }>,
  card: Card,
): AttemptEvent {
  try {
    const outcome = assignScannedCard(site, card, order.beneficiary, order.mayEnrol);
    if (outcome.outcome === 'refused') {
      return { event: 'work_failed', reason: outcome.reason, detail: null };
    }
    const { acsUserId, credential, how } = outcome;
    site.store.encoders.setServedCard(encoderId, {
      uid: card.uid,
      acsUserId,
      acsCredentialId: credential.id,
    });
    return { event: 'card_settled', result: { kind: 'assigned', credential, how } };
  } catch (error) {
    if (error instanceof SiteError) {
      return { event: 'work_failed', reason: 'beneficiary_deleted', detail: null };
    }
    throw error;
  }
}

function applyWritten(site: Site, attempt: Attempt, wasInterrupted: boolean): AttemptEvent {
  if (attempt.phase !== 'writing' && attempt.phase !== 'verifying') {
    throw new Error(`the attempt ${attempt.id} does not write`);
  }
  const { card, order, encoderId, writeId, purpose } = attempt;
  const outcome = noteWritten(site, writeId, purpose, wasInterrupted);
  if (outcome.outcome !== 'unwanted' && outcome.outcome !== 'ended_elsewhere')
    auditMended(site, attempt, purpose);
  switch (outcome.outcome) {
    case 'unwanted':
      return { event: 'write_planned', writeId, purpose: 'roll_back' };
    case 'rolled_back':
      if (order.action !== 'ENCODE_CREDENTIAL') return { event: 'card_written', result: null };
      return {
        event: 'work_failed',
        reason: unwritableBecause(site.store.credentials.get(order.credentialId)) ?? 'written_elsewhere',
        detail: null,
      };
    case 'ended_elsewhere':
      return order.action === 'ENCODE_CREDENTIAL'
        ? { event: 'work_failed', reason: 'written_elsewhere', detail: null }
        : { event: 'card_written', result: null };
    case 'erased': {
      const { cardNumber } = outcome;
      return {
        event: 'card_written',
        result: order.action === 'ERASE_CARD' ? { kind: 'erased', cardNumber } : null,
      };
    }
    case 'issued': {
      if (order.action !== 'ENCODE_CREDENTIAL') return { event: 'card_written', result: null };
      const { credential } = outcome;
      const { id: acsCredentialId, acsUserId } = credential;
      site.store.encoders.setServedCard(encoderId, { uid: card.uid, acsUserId, acsCredentialId });
      return { event: 'card_written', result: { kind: 'encoded', credential } };
    }
  }
}

function eventOf(plan: WritePlan): AttemptEvent {
  if (plan.outcome === 'refused') {
    return { event: 'work_failed', reason: plan.reason, detail: plan.detail };
  }
  return { event: 'write_planned', writeId: plan.writeId, purpose: plan.purpose };
}

function findingsOf({ preimage, ...findings }: CardContents): CardFindings {
  return findings;
}

/** Whether this card has just served somebody else and must leave the field before this order accepts it. */
export function mustLeaveFirst(site: Site, { order, encoderId }: Attempt, card: Card): boolean {
  const served = site.store.encoders.servedCard(encoderId);
  if (served?.uid !== card.uid) return false;
  switch (order.action) {
    case 'SCAN_CREDENTIAL':
    case 'INSPECT_CARD':
    case 'ERASE_CARD':
      return false;
    case 'SCAN_TO_ASSIGN_CREDENTIAL':
      return served.acsUserId !== userOf(site, order.beneficiary)?.id;
    case 'ENCODE_CREDENTIAL': {
      if (served.acsCredentialId === order.credentialId) return false;
      const owner = site.store.credentials.get(order.credentialId)?.acsUserId ?? null;
      return owner === null || served.acsUserId !== owner;
    }
  }
}
