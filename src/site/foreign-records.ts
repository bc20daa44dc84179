import type { Card } from '../model/card.ts';
import type { CardContent, CardRecord } from '../model/card-record.ts';
import type { Credential } from '../model/credential.ts';
import { credentialState } from '../model/resource.ts';
import { update } from '../model/resource-change.ts';
import { EVERY_ROW } from '../store/paging.ts';
import { hasOpenWrite, wantedRecord, withReissue } from './reissue.ts';
import { type Site, tell } from './site.ts';

/*
 * What a card shows of somebody else's hand: a record that can be believed and that this site never wrote is by somebody who has
 * the site's keys.
 */

/** Who counts further than this leaves no issues to come (a card has 32 bits for the counter), and is not followed. */
const LAST_FOLLOWED_ISSUE = 0x7fff_ffff;

/**
 * Notes what `record`, which can be believed and was found on `card`, shows of somebody else's hand. An issue that is newer than all of
 * the site's: the site counts on from there, so that its next issue outranks it, and the credential must be issued again; not while a
 * write of the credential is open. Other times than were written on the credential's own card: that its schedule was modified.
 */
export function noteForeignWrite(site: Site, card: Card, credential: Credential, record: CardRecord): void {
  const isFollowed =
    record.issueCounter > credential.issueCounter &&
    record.issueCounter <= LAST_FOLLOWED_ISSUE &&
    !hasOpenWrite(site, credential);
  const isModified =
    credential.scheduleExternallyModifiedAt === null &&
    credential.cardUid === card.uid &&
    hasForeignTimes(site, credential, record);
  if (!isFollowed && !isModified) return;
  const noted = withReissue(site, {
    ...credential,
    issueCounter: isFollowed ? record.issueCounter : credential.issueCounter,
    hasLostCards: credential.hasLostCards || (isFollowed && credential.cardUid !== card.uid),
    scheduleExternallyModifiedAt: isModified ? site.clock.now() : credential.scheduleExternallyModifiedAt,
  });
  site.store.credentials.update(noted);
  tell(site, update('acs_credential', credential.id, credentialState(credential), credentialState(noted)));
}

/** The issue that the next one of a credential must outrank: its last, or a greater one on the card that is to be written. */
export function issueToOutrank({ id, issueCounter }: Credential, content: CardContent): number {
  if (content.kind !== 'record' || content.standing !== 'authentic') return issueCounter;
  const { record } = content;
  const isFollowed = record.credentialId === id && record.issueCounter <= LAST_FOLLOWED_ISSUE;
  return isFollowed ? Math.max(issueCounter, record.issueCounter) : issueCounter;
}

function hasForeignTimes(
  site: Site,
  credential: Credential,
  { issueCounter, startsAt, endsAt }: CardRecord,
): boolean {
  const written = credential.recordOnCard;
  if (written === null || (written.startsAt === startsAt && written.endsAt === endsAt)) return false;
  return issueCounter === written.issueCounter || issueCounter > lastOwnIssue(site, credential);
}

/** What the site wants on the card on which `found` is; where that was issued elsewhere, with the last issue of the site's own. */
export function wantedInPlaceOf(site: Site, found: CardRecord, credential: Credential): CardRecord {
  const wanted = wantedRecord(site, credential);
  const last = lastOwnIssue(site, credential);
  return found.issueCounter > last ? { ...wanted, issueCounter: last } : wanted;
}

/**
 * The greatest counter that this site itself gave an issue: by the journal of this desk, and by what was written last at any of its desks;
 * the credential's where neither knows of one, and where another desk has a write that did not end, which may be any of them.
 */
function lastOwnIssue(site: Site, { id, issueCounter, recordOnCard, unfinishedWriteAt }: Credential): number {
  if (unfinishedWriteAt !== null) return issueCounter;
  const journal = site.store.cardWrites.list({ acsCredentialId: id }, EVERY_ROW).rows;
  const counters = journal.flatMap(({ image, outcome }) =>
    image.kind === 'record' && outcome !== 'not_begun' ? [image.record.issueCounter] : [],
  );
  if (recordOnCard !== null) counters.push(recordOnCard.issueCounter);
  return counters.length === 0 ? issueCounter : Math.max(...counters);
}
