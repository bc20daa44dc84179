import type { Card } from '../model/card.ts';
import type { CardFormat } from '../model/card-format.ts';
import type { CardRecord } from '../model/card-record.ts';
import type { Credential } from '../model/credential.ts';
import { credentialState } from '../model/resource.ts';
import { update } from '../model/resource-change.ts';
import { NO_CARD } from './credentials.ts';
import { announce, type Site, tell } from './site.ts';

/** A card carries the credential now: it was written, and read back. */
export interface Issue {
  readonly card: Card;
  readonly cardNumber: string;
  readonly format: CardFormat;
  /** What was written. */
  readonly record: CardRecord;
  /** The credential was changed while the card was written. */
  readonly needsReissue: boolean;
  /** Since when another card may be half written with it; null: none may. */
  readonly unfinishedWriteAt: number | null;
}

/** Notes that a card carries the credential. Whatever credential the card carried before is on no card any more. */
export function issueOnCard(site: Site, credential: Credential, issue: Issue): Credential {
  const { card, cardNumber, format, record, needsReissue, unfinishedWriteAt } = issue;
  const now = site.clock.now();
  takeOffCard(site, card, cardNumber, credential.id);
  const issued: Credential = {
    ...credential,
    cardNumber,
    cardUid: card.uid,
    cardTechnology: card.technology,
    cardFormat: format,
    recordOnCard: record,
    needsReissue,
    reissueNeededAt: needsReissue ? now : null,
    scheduleExternallyModifiedAt: null,
    unfinishedWriteAt,
    isIssued: true,
    issuedAt: now,
  };
  site.store.credentials.update(issued);
  const type = credential.isIssued ? 'acs_credential.reissued' : 'acs_credential.issued';
  announce(site, type, { acsCredentialId: credential.id });
  tell(
    site,
    update('acs_credential', credential.id, credentialState(credential), credentialState(issued), type),
  );
  return issued;
}

/** Notes that this card carries no credential any more but, if given, the one with the id `exceptId`. */
export function takeOffCard(site: Site, card: Card, cardNumber: string, exceptId?: string): void {
  const known = carriedBy(site, card, cardNumber);
  if (known === null || known.id === exceptId) return;
  const without: Credential = {
    ...known,
    ...NO_CARD,
    scheduleExternallyModifiedAt: null,
    isIssued: false,
    issuedAt: null,
  };
  site.store.credentials.update(without);
  const type = 'acs_credential.invalidated';
  announce(site, type, { acsCredentialId: known.id });
  tell(site, update('acs_credential', known.id, credentialState(known), credentialState(without), type));
}

/** The credential that the site has for this card: the one that is on it, or else the one that was registered with its number and not seen yet. */
export function knownCard(site: Site, card: Card, cardNumber: string): Credential | null {
  return carriedBy(site, card, cardNumber) ?? registeredFor(site, card, cardNumber);
}

/** The credential that is on this card: by its number, or by its uid, as the site may have counted otherwise when the card was registered. */
function carriedBy(site: Site, card: Card, cardNumber: string): Credential | null {
  return site.store.credentials.withCardNumber(cardNumber) ?? site.store.credentials.withCardUid(card.uid);
}

/** As many digits as are printed on a card, leading zeros and all. */
const MOST_PRINTED_DIGITS = 20;

/** The card that is to be issued and has this number for its code, as it was printed or typed: with leading zeros or without. */
function registeredFor(site: Site, card: Card, cardNumber: string): Credential | null {
  const padding = Math.max(0, MOST_PRINTED_DIGITS - cardNumber.length);
  const printed = Array.from({ length: padding + 1 }, (_, zeros) => '0'.repeat(zeros) + cardNumber);
  for (const code of [...printed, card.uid]) {
    const credential = site.store.credentials.withCode(code);
    if (credential?.accessMethod === 'card' && !credential.isIssued) return credential;
  }
  return null;
}
