import type { CardFormat } from '../model/card-format.ts';
import type { CardRecord } from '../model/card-record.ts';
import { type Credential, differencesOf, recordOf } from '../model/credential.ts';
import { asOnStripe } from '../model/stripe-token.ts';
import { EVERY_ROW } from '../store/paging.ts';
import { validityOf } from './credential-validity.ts';
import type { Site } from './site.ts';

/**
 * What a card must say that carries the credential as it is now: with all that it opens, by itself or by its holder, and nothing while that
 * one is suspended or there is none; for as long as its own times and its holder's access schedule allow.
 */
export function wantedRecord(site: Site, credential: Credential): CardRecord {
  const { rows } = site.store.entrances.list({ acsCredentialId: credential.id }, EVERY_ROW);
  const numbers = rows.map(({ number }) => number);
  const times = validityOf(site, credential);
  return recordOf({ ...credential, ...times }, site.identity.acsSystemId, numbers);
}

/** Whether a card of this format that was written with `record` says something else than the site wants by now. */
export function isOutdated(
  site: Site,
  format: CardFormat,
  record: CardRecord,
  credential: Credential,
): boolean {
  if (format === 'uid_only') return false;
  const wanted = wantedRecord(site, credential);
  // It was one with another desk's: the card has its old id, by which locks tell its issues apart.
  if (format !== 'magstripe' && record.credentialId !== wanted.credentialId) return true;
  const [onCard, asked] =
    format === 'magstripe' ? [asOnStripe(record), asOnStripe(wanted)] : [record, wanted];
  return differencesOf(onCard, asked).length > 0;
}

/**
 * Notes whether the card of a credential must be written again: it must as long as what was written on it differs from what the site
 * wants now, so a change and its way back leave nothing to do. Call it in the transaction of the change, once that is stored.
 */
export function refreshReissue(site: Site, credential: Credential): Credential {
  const refreshed = withReissue(site, credential);
  if (refreshed.needsReissue === credential.needsReissue) return credential;
  site.store.credentials.update(refreshed);
  return refreshed;
}

/** The same without storing it. While a write of it is open, or where nobody knows what its card says, the credential stays as it is. */
export function withReissue(site: Site, credential: Credential): Credential {
  const { isIssued, cardFormat, recordOnCard } = credential;
  if (!isIssued || cardFormat === null) return { ...credential, needsReissue: false, reissueNeededAt: null };
  if (recordOnCard === null || hasOpenWrite(site, credential)) return credential;
  const needsReissue = isOutdated(site, cardFormat, recordOnCard, credential);
  const since = credential.reissueNeededAt ?? site.clock.now();
  return { ...credential, needsReissue, reissueNeededAt: needsReissue ? since : null };
}

/** Whether this desk has a write of it that did not end. */
export function hasOpenWrite(site: Site, { id }: Pick<Credential, 'id'>): boolean {
  return site.store.cardWrites.list({ acsCredentialId: id, isOpen: true }, ONE_ROW).rows.length > 0;
}

const ONE_ROW = { after: 0, limit: 1 };

/** Does so for every credential of a user; for what changes all that the user may open, or when. */
export function refreshCardsOf(site: Site, acsUserId: string): void {
  for (const credential of site.store.credentials.list({ acsUserId }, EVERY_ROW).rows) {
    refreshReissue(site, credential);
  }
}
