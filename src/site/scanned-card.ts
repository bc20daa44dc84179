import { type AssignmentRefusal, assignCard } from '../model/assignment.ts';
import type { AssignedHow, AttemptResult, Beneficiary, CardFindings } from '../model/attempt.ts';
import { type Card, cardNumber } from '../model/card.ts';
import type { CardContent, RecordStanding } from '../model/card-record.ts';
import { type Credential, differencesOf, PLAIN_CREDENTIAL } from '../model/credential.ts';
import { credentialState } from '../model/resource.ts';
import { creation, update } from '../model/resource-change.ts';
import { tokenDifferences } from '../model/stripe-token.ts';
import { assignCredential } from './credentials.ts';
import { noteForeignWrite, wantedInPlaceOf } from './foreign-records.ts';
import { knownCard } from './issued-cards.ts';
import { wantedRecord } from './reissue.ts';
import { announce, newId, type Site, tell } from './site.ts';
import { findBeneficiary, userFor, userOf } from './users.ts';

/** What the site has for a card that was scanned, and in what the two differ. */
export function recogniseCard(site: Site, card: Card, findings: CardFindings): ScannedCard {
  const number = cardNumber(card, site.settings.cardNumberFormat);
  const credential = credentialOn(site, findings.content) ?? knownCard(site, card, number);
  return {
    kind: 'scanned',
    cardNumber: findings.isNumberDrawn === true ? null : number,
    credential,
    findings,
    differences: credential === null ? [] : differencesOnCard(site, card, findings.content, credential),
  };
}

/** What a scan of a real card brings. Notes what it shows of somebody else's hand: one transaction. */
export function scanCard(site: Site, card: Card, findings: CardFindings): ScannedCard {
  return site.store.transaction(() => {
    const { content } = findings;
    const credential = credentialOn(site, content);
    if (credential !== null && content.kind === 'record') {
      noteForeignWrite(site, card, credential, content.record);
    }
    return recogniseCard(site, card, findings);
  });
}

type ScannedCard = Extract<AttemptResult, { kind: 'scanned' }>;

/** The credential that the card itself names, if this site wrote that. */
function credentialOn(site: Site, content: CardContent): Credential | null {
  if (content.kind !== 'record' || content.standing !== 'authentic') return null;
  return site.store.credentials.get(content.record.credentialId);
}

/** In what a card differs from what the site wants on it, in a clerk's words. */
function differencesOnCard(
  site: Site,
  card: Card,
  content: CardContent,
  credential: Credential,
): readonly string[] {
  const isByNumber = credential.cardFormat === null || credential.cardFormat === 'uid_only';
  const isOnThisCard = credential.isIssued && credential.cardUid === card.uid;
  if (content.kind === 'token') {
    // A token names no credential: the card's number does, and so it is the credential's own card.
    if (isByNumber) return [];
    if (content.standing !== 'authentic') return [TOKEN_OF_OTHERS];
    return tokenDifferences(content.token, wantedRecord(site, credential));
  }
  if (content.kind !== 'record') {
    return isByNumber ? [] : [content.kind === 'incomplete' ? INCOMPLETE : NOT_ON_CARD];
  }
  if (content.standing !== 'authentic') return isByNumber ? [] : [STANDING_WORDS[content.standing]];
  if (content.record.credentialId !== credential.id) return isByNumber ? [] : [NOT_ON_CARD];
  if (!isOnThisCard) return [NOT_ITS_CARD];
  return differencesOf(content.record, wantedInPlaceOf(site, content.record, credential));
}

/** The difference of a card that carries a credential which the site has on another card by now, or on none. */
export const NOT_ITS_CARD = 'another card carries the credential now, or none';

const NOT_ON_CARD = 'the credential is not on the card';

const INCOMPLETE = 'the card was lifted while it was written';

const TOKEN_OF_OTHERS = 'the card was altered, or written by another site';

const STANDING_WORDS: Readonly<Record<Exclude<RecordStanding, 'authentic'>, string>> = {
  altered: 'what is on the card was altered',
  copied: 'what is on the card was copied from another card',
  other_site: 'the card was written by another site',
};

export type AssignmentOutcome =
  | {
      readonly outcome: 'assigned';
      readonly credential: Credential;
      readonly acsUserId: string;
      readonly how: AssignedHow;
    }
  | {
      readonly outcome: 'refused';
      readonly reason: AssignmentRefusal | 'credential_deleted';
      readonly detail: string | null;
    };

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
    const number = cardNumber(card, site.settings.cardNumberFormat);
    const known = knownCard(site, card, number);
    if (known !== null && known.deletionAskedAt !== null) {
      return { outcome: 'refused', reason: 'credential_deleted', detail: null };
    }
    const assignment = assignCard({
      card,
      known,
      acsUserId: userOf(site, beneficiary)?.id ?? null,
      mayEnrol,
    });
    if (assignment.decision === 'refuse') {
      return { outcome: 'refused', reason: assignment.reason, detail: null };
    }
    const acsUserId = userFor(site, beneficiary).id;
    switch (assignment.decision) {
      case 'keep':
      case 'assign': {
        const { id } = bindTo(site, assignment.credential, card, number);
        const credential = assignCredential(site, id, acsUserId);
        const how = assignment.decision === 'keep' ? 'kept' : 'assigned';
        return { outcome: 'assigned', acsUserId, credential, how };
      }
      case 'enrol': {
        const credential = enrolCard(site, card, number, acsUserId);
        return { outcome: 'assigned', acsUserId, credential, how: 'enrolled' };
      }
    }
  });
}

/** Notes which card a credential is that was registered by a number only; that is its issue. */
function bindTo(site: Site, credential: Credential, card: Card, number: string): Credential {
  if (credential.isIssued) return credential;
  const issued: Credential = {
    ...credential,
    cardNumber: number,
    cardUid: card.uid,
    cardTechnology: card.technology,
    isIssued: true,
    issuedAt: site.clock.now(),
  };
  site.store.credentials.update(issued);
  const type = 'acs_credential.issued';
  announce(site, type, { acsCredentialId: issued.id });
  tell(site, update('acs_credential', issued.id, credentialState(credential), credentialState(issued), type));
  return issued;
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
    cardFormat: null,
    entranceIds: [],
    ...PLAIN_CREDENTIAL,
    issueCounter: 0,
    hasLostCards: false,
    needsReissue: false,
    startsAt: user?.accessSchedule?.startsAt ?? null,
    endsAt: user?.accessSchedule?.endsAt ?? null,
    isIssued: true,
    issuedAt: now,
    createdAt: now,
  };
  site.store.credentials.insert(credential);
  const type = 'acs_credential.issued';
  announce(site, type, { acsCredentialId: credential.id });
  tell(site, creation('acs_credential', credential.id, credentialState(credential), type));
  return credential;
}
