import { type AssignmentRefusal, assignCard } from '../model/assignment.ts';
import type { AttemptResult, Beneficiary } from '../model/attempt.ts';
import { type Card, cardNumber } from '../model/card.ts';
import type { Credential } from '../model/credential.ts';
import { assignCredential } from './credentials.ts';
import { announce, newId, type Site, tellBackend } from './site.ts';
import { findBeneficiary, userFor, userOf } from './users.ts';

/** What the site has for a card that was scanned. */
export function recogniseCard(site: Site, card: Card): AttemptResult {
  const number = cardNumber(card.uid, site.settings.cardNumberFormat);
  return { kind: 'scanned', cardNumber: number, credential: knownCard(site, card, number) };
}

/** By its number, or by its uid: the site may have counted otherwise when the card was registered. */
function knownCard(site: Site, card: Card, number: string): Credential | null {
  return site.store.credentials.withCardNumber(number) ?? site.store.credentials.withCardUid(card.uid);
}

export type AssignmentOutcome =
  | { readonly outcome: 'assigned'; readonly credential: Credential; readonly acsUserId: string }
  | { readonly outcome: 'refused'; readonly reason: AssignmentRefusal; readonly detail: string | null };

/**
 * Gives a scanned card to somebody, by the rule in src/model/assignment.ts. A user is made for an identity that has
 * none only if the card is accepted. Throws SiteError when there is nobody by that name any more.
 */
export function assignScannedCard(
  site: Site,
  card: Card,
  beneficiary: Beneficiary,
  mayEnrol: boolean,
): AssignmentOutcome {
  return site.store.transaction(() => {
    findBeneficiary(site, beneficiary);
    const number = cardNumber(card.uid, site.settings.cardNumberFormat);
    const assignment = assignCard({
      card,
      known: knownCard(site, card, number),
      acsUserId: userOf(site, beneficiary)?.id ?? null,
      mayEnrol,
    });
    if (assignment.decision === 'refuse') {
      return { outcome: 'refused', reason: assignment.reason, detail: null };
    }
    const acsUserId = userFor(site, beneficiary).id;
    switch (assignment.decision) {
      case 'keep':
        return { outcome: 'assigned', acsUserId, credential: assignment.credential };
      case 'assign':
        return {
          outcome: 'assigned',
          acsUserId,
          credential: assignCredential(site, assignment.credential.id, acsUserId),
        };
      case 'enrol':
        return { outcome: 'assigned', acsUserId, credential: enrolCard(site, card, number, acsUserId) };
    }
  });
}

function enrolCard(site: Site, card: Card, number: string, acsUserId: string): Credential {
  const now = site.clock.now();
  const user = site.store.users.get(acsUserId);
  const credential: Credential = {
    id: newId(),
    accessMethod: 'card',
    acsUserId,
    userIdentityId: user?.userIdentityId ?? null,
    code: null,
    cardNumber: number,
    cardUid: card.uid,
    cardTechnology: card.technology,
    startsAt: user?.accessSchedule?.startsAt ?? null,
    endsAt: user?.accessSchedule?.endsAt ?? null,
    isIssued: true,
    issuedAt: now,
    createdAt: now,
  };
  site.store.credentials.insert(credential);
  announce(site, 'acs_credential.issued', { acsCredentialId: credential.id });
  tellBackend(site, 'acs_credential.enrolled', credential.id, credential);
  return credential;
}
