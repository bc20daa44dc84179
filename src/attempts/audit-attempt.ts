import type { Attempt, AttemptResult } from '../model/attempt.ts';
import type { AuditSubject } from '../model/audit-entry.ts';
import type { WritePurpose } from '../model/card-write.ts';
import { actorOf, audit, cardHash } from '../site/audit-log.ts';
import type { Site } from '../site/site.ts';

/**
 * Notes in the audit log how an attempt has ended; whoever asked for it is the one who did it. `before`: as it was until then, with its card.
 * `tornWriteId`: the write that it leaves behind without an end. Call it in the transaction that commits the end.
 */
export function auditEnd(site: Site, before: Attempt, ended: Attempt, tornWriteId: string | null): void {
  const actor = actorOf(site.store, ended.client.id);
  const attempt = subjectOf(site, before);
  if (tornWriteId !== null) audit(site, actor, 'card_torn', { ...attempt, card_write_id: tornWriteId });
  if (ended.phase === 'failed') {
    const how = { asked: ended.order.action, reason: ended.reason, phase: before.phase };
    audit(site, actor, 'attempt_failed', { ...attempt, ...how });
  } else if (ended.phase === 'succeeded') {
    const subject = { ...attempt, ...resultSubject(site, before, ended.result) };
    audit(site, actor, ACTIONS[ended.result.kind], subject);
  }
}

/** What an attempt that succeeded did. */
const ACTIONS = {
  assigned: 'card_assigned',
  encoded: 'card_encoded',
  erased: 'card_erased',
  scanned: 'card_read',
  inspected: 'card_read',
} as const satisfies Readonly<Record<AttemptResult['kind'], string>>;

function resultSubject(site: Site, before: Attempt, result: AttemptResult): AuditSubject {
  switch (result.kind) {
    case 'assigned': {
      const { id, acsUserId } = result.credential;
      return { acs_credential_id: id, acs_user_id: acsUserId, how: result.how ?? null };
    }
    case 'encoded': {
      const { id, acsUserId, issueCounter } = result.credential;
      const credential = { acs_credential_id: id, acs_user_id: acsUserId, issue_counter: issueCounter };
      return { ...writeOf(site, before), ...credential };
    }
    case 'erased':
      return writeOf(site, before);
    case 'scanned':
    case 'inspected':
      return { acs_credential_id: result.credential?.id ?? null, found: result.findings.content.kind };
  }
}

/** Notes in the audit log that an attempt has ended an earlier write of its card, so that the card is whole again. */
export function auditMended(
  site: Site,
  attempt: Attempt & { readonly writeId: string },
  purpose: WritePurpose,
): void {
  if (purpose === 'order') return;
  const subject = { ...subjectOf(site, attempt), ...writeOf(site, attempt) };
  const action = purpose === 'finish' ? 'card_repaired' : 'card_rolled_back';
  audit(site, actorOf(site.store, attempt.client.id), action, subject);
}

/** Which attempt it is, where, and with which card as far as there is one. */
function subjectOf({ store }: Site, attempt: Attempt): AuditSubject {
  return {
    action_attempt_id: attempt.id,
    acs_encoder_id: attempt.encoderId,
    ...('card' in attempt ? { card_hash: cardHash(store, attempt.card.uid) } : {}),
  };
}

function writeOf({ store }: Site, attempt: Attempt): AuditSubject {
  if (!('writeId' in attempt)) return {};
  const write = store.cardWrites.get(attempt.writeId);
  if (write === null) return { card_write_id: attempt.writeId };
  const { credentialId, image, outcome } = write;
  return {
    card_write_id: attempt.writeId,
    acs_credential_id: credentialId,
    format: image.format,
    outcome,
  };
}
