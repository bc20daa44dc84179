import type { Card } from '../model/card.ts';
import type { CardFormat } from '../model/card-format.ts';
import type { Credential } from '../model/credential.ts';
import { NO_CARD } from './credentials.ts';
import { announce, type Site, tellBackend } from './site.ts';

/** A card carries the credential now: it was written, and read back. */
export interface Issue {
  readonly card: Card;
  readonly cardNumber: string;
  readonly format: CardFormat;
  /** The credential was changed while the card was written. */
  readonly needsReissue: boolean;
}

/** Notes that a card carries the credential. Whatever credential the card carried before is on no card any more. */
export function issueOnCard(site: Site, credential: Credential, issue: Issue): Credential {
  const { card, cardNumber, format, needsReissue } = issue;
  takeOffCard(site, card, cardNumber, credential.id);
  const issued: Credential = {
    ...credential,
    cardNumber,
    cardUid: card.uid,
    cardTechnology: card.technology,
    cardFormat: format,
    needsReissue,
    isIssued: true,
    issuedAt: site.clock.now(),
  };
  site.store.credentials.update(issued);
  const type = credential.isIssued ? 'acs_credential.reissued' : 'acs_credential.issued';
  announce(site, type, { acsCredentialId: credential.id });
  tellBackend(site, type, credential.id, issued);
  return issued;
}

/** Notes that this card carries no credential any more but, if given, the one with the id `exceptId`. */
export function takeOffCard(site: Site, card: Card, cardNumber: string, exceptId?: string): void {
  const known = knownCard(site, card, cardNumber);
  if (known === null || known.id === exceptId) return;
  const without: Credential = { ...known, ...NO_CARD, isIssued: false, issuedAt: null };
  site.store.credentials.update(without);
  announce(site, 'acs_credential.invalidated', { acsCredentialId: known.id });
  tellBackend(site, 'acs_credential.invalidated', known.id, without);
}

/** The credential that the site has on this card: by its number, or by its uid, as the site may have counted otherwise when the card was registered. */
export function knownCard(site: Site, card: Card, cardNumber: string): Credential | null {
  return site.store.credentials.withCardNumber(cardNumber) ?? site.store.credentials.withCardUid(card.uid);
}
