import { isDeepStrictEqual } from 'node:util';
import type { Attempt, Client } from '../model/attempt.ts';
import type { Credential } from '../model/credential.ts';
import { deleteCredential } from './credential-deletion.ts';
import { unassignCredential } from './credentials.ts';
import { SiteError } from './errors.ts';
import { knownCard } from './issued-cards.ts';
import { isBeingWritten } from './live-writes.ts';
import type { Site } from './site.ts';

/** For how long after its end an assignment can be undone: that is for a mistake of this moment. Milliseconds. */
export const UNDO_WITHIN_MS = 60_000;

/** Why an assignment cannot be undone, for a program. */
export type UndoRefusal = 'no_assignment' | 'too_late' | 'kept' | 'gone' | 'being_written' | 'changed';

/** What happened, and what to do instead. */
const SENTENCES: Readonly<Record<UndoRefusal, string>> = {
  no_assignment: 'This request assigned no card, so there is nothing to undo.',
  too_late:
    'More than 60 seconds have passed since the card was assigned. Unassign the card at its user instead.',
  kept: 'The user had this card before, so nothing was assigned. Unassign the card at its user to take it away.',
  gone: 'The card is not registered any more: that was undone, or the card was deleted since.',
  being_written: 'The card is being written. Wait until that has ended, then unassign it at its user.',
  changed: 'The card was changed since it was assigned. Look at it first, then unassign it at its user.',
};

/**
 * Takes back what an assignment of this client did in the last 60 s: a card that it took in is forgotten again, one that was known belongs
 * to nobody again. Returns the credential that is left; null: none is. Only as the assignment left it: what somebody changed
 * since is not thrown away. A user who was made for the card stays.
 *
 * Throws `action_attempt_not_found`, also for another client's, and `not_undoable` with why.
 */
export function undoAssignment(site: Site, client: Pick<Client, 'id'>, attemptId: string): Credential | null {
  return site.store.transaction(() => {
    const attempt = site.store.attempts.get(attemptId);
    if (attempt === null || attempt.client.id !== client.id) {
      throw new SiteError('action_attempt_not_found', `You have no action attempt ${attemptId}.`, {
        action_attempt_id: attemptId,
      });
    }
    const { credential, how } = assignmentOf(attempt, site.clock.now());
    const { id } = findAsLeft(site, attempt, credential);
    if (how === 'enrolled') {
      deleteCredential(site, id);
      return null;
    }
    return unassignCredential(site, id, credential.acsUserId);
  });
}

interface Undoable {
  readonly how: 'enrolled' | 'assigned';
  readonly credential: Credential & { readonly acsUserId: string };
}

/** What the attempt did. Throws `not_undoable`. */
function assignmentOf(attempt: Attempt, now: number): Undoable {
  const { phase, order } = attempt;
  if (order.action !== 'SCAN_TO_ASSIGN_CREDENTIAL' || phase !== 'succeeded') {
    throw refusal(attempt, 'no_assignment');
  }
  const { result, endedAt } = attempt;
  if (result.kind !== 'assigned') throw refusal(attempt, 'no_assignment');
  const { how, credential } = result;
  // Rows of an earlier version say neither: they are older than a minute.
  if (how === undefined || endedAt === undefined || now - endedAt > UNDO_WITHIN_MS) {
    throw refusal(attempt, 'too_late');
  }
  if (how === 'kept') throw refusal(attempt, 'kept');
  const { acsUserId } = credential;
  if (acsUserId === null) throw new Error(`the attempt ${attempt.id} assigned a card to nobody`);
  return { how, credential: { ...credential, acsUserId } };
}

/** The credential, which may have got the id that its backend has for it. Throws `not_undoable` when it is not as the attempt left it. */
function findAsLeft(site: Site, attempt: Attempt, left: Credential): Credential {
  const now = site.store.credentials.get(left.id) ?? sameCard(site, left);
  if (now === null || now.deletionAskedAt !== null) throw refusal(attempt, 'gone');
  if (isBeingWritten(site, now.id)) throw refusal(attempt, 'being_written');
  if (isDeepStrictEqual(settled(now), settled(left))) return now;
  throw refusal(attempt, now.id === left.id ? 'changed' : 'gone');
}

/** What the site knows the card as that this credential was for. */
function sameCard(site: Site, { cardUid, cardTechnology, cardNumber }: Credential): Credential | null {
  if (cardUid === null || cardTechnology === null || cardNumber === null) return null;
  return knownCard(site, { uid: cardUid, technology: cardTechnology }, cardNumber);
}

/** A credential without its id and what follows from other things: nobody changed it when only these differ. */
function settled({ id, needsReissue, reissueNeededAt, userIdentityId, ...rest }: Credential): object {
  return rest;
}

function refusal({ id }: Attempt, reason: UndoRefusal): SiteError {
  return new SiteError('not_undoable', SENTENCES[reason], { action_attempt_id: id, reason });
}
