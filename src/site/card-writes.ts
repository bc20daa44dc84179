import { type Card, cardNumber } from '../model/card.ts';
import type { CardWrite, WritePurpose } from '../model/card-write.ts';
import type { Credential } from '../model/credential.ts';
import { type Issue, issueOnCard, takeOffCard } from './issued-cards.ts';
import { isOutdated, refreshReissue } from './reissue.ts';
import type { Site } from './site.ts';
import { noteMended, unfinishedSince } from './torn-cards.ts';

/** What a finished write came to. */
export type WriteOutcome =
  | { readonly outcome: 'issued'; readonly credential: Credential }
  | { readonly outcome: 'erased'; readonly cardNumber: string }
  | { readonly outcome: 'rolled_back' }
  /** The credential was deleted, or planned for another card, while it was written: what is on the card must be taken back. */
  | { readonly outcome: 'unwanted' }
  /** Meanwhile the card was written at another encoder. */
  | { readonly outcome: 'ended_elsewhere' };

/**
 * Notes that the card was read back and holds what was planned. `wasInterrupted`: the card was lifted, or the encoder gone, in between.
 */
export function noteWritten(
  site: Site,
  writeId: string,
  purpose: WritePurpose,
  wasInterrupted: boolean,
): WriteOutcome {
  return site.store.transaction(() => {
    const write = findWrite(site, writeId);
    const { card, image } = write;
    if (write.outcome !== null) return { outcome: 'ended_elsewhere' };
    const end = (outcome: 'written' | 'rolled_back') =>
      endWrite(
        site,
        write,
        outcome === 'written' && (wasInterrupted || purpose === 'finish') ? 'repaired' : outcome,
      );
    if (purpose === 'roll_back') {
      end('rolled_back');
      noteMended(site, write);
      refreshReissueOf(site, write);
      return { outcome: 'rolled_back' };
    }
    const number = cardNumber(card, site.settings.cardNumberFormat);
    if (image.kind === 'blank') {
      takeOffCard(site, card, number);
      end('written');
      noteMended(site, write);
      return { outcome: 'erased', cardNumber: number };
    }
    const credential = site.store.credentials.get(image.record.credentialId);
    const isWanted =
      credential !== null &&
      credential.deletionAskedAt === null &&
      credential.issueCounter === image.record.issueCounter;
    if (!isWanted) return { outcome: 'unwanted' };
    end('written');
    noteMended(site, write, credential.id);
    const issue: Issue = {
      ...{ card, cardNumber: number, format: image.format, record: image.record },
      needsReissue: isOutdated(site, image.format, image.record, credential),
      unfinishedWriteAt: credential.unfinishedWriteAt === null ? null : unfinishedSince(site, credential),
    };
    return { outcome: 'issued', credential: issueOnCard(site, credential, issue) };
  });
}

/** The write of this card that did not end; null: there is none. One ends here that another desk has overtaken: it wrote a later issue on the same card. */
export function openWriteOf(site: Site, card: Card): CardWrite | null {
  const open = site.store.cardWrites.openFor(card.uid);
  if (open === null || !isOvertaken(site, open)) return open;
  endWrite(site, open, 'superseded');
  noteMended(site, open);
  return null;
}

function isOvertaken(site: Site, { card, image }: CardWrite): boolean {
  if (image.kind !== 'record') return false;
  const credential = site.store.credentials.get(image.record.credentialId);
  return (
    credential?.cardUid === card.uid &&
    credential.recordOnCard !== null &&
    credential.recordOnCard.issueCounter > image.record.issueCounter
  );
}

/** Ends a write that changed nothing; one that has ended stays as it is. */
export function endUnwritten(site: Site, writeId: string): void {
  site.store.transaction(() => {
    const write = findWrite(site, writeId);
    if (write.outcome !== null) return;
    endWrite(site, write, 'not_begun');
    undoPlan(site, write);
    if (write.replacedId !== null) noteMended(site, write);
  });
}

/**
 * No card ever had what was planned: its number is free again, so that the card with the one before stays in sync; and a write that
 * this one took the place of may still have left the card half written.
 */
function undoPlan(site: Site, { image, preimage, replacedId }: CardWrite): void {
  const credential = image.kind === 'record' ? site.store.credentials.get(image.record.credentialId) : null;
  if (image.kind === 'record' && credential?.issueCounter === image.record.issueCounter) {
    const uncounted = { ...credential, issueCounter: credential.issueCounter - 1 };
    site.store.credentials.update(uncounted);
    refreshReissue(site, uncounted);
  }
  const replaced = replacedId === null ? null : site.store.cardWrites.get(replacedId);
  if (replaced?.outcome === 'superseded' && replaced.image.format === image.format && preimage !== null) {
    site.store.cardWrites.reopen(replaced.id, preimage);
  }
}

/** After a write that did not put its credential on the card: what the card says is older than what was planned. */
export function refreshReissueOf(site: Site, { credentialId }: CardWrite): void {
  const credential = credentialId === null ? null : site.store.credentials.get(credentialId);
  if (credential !== null) refreshReissue(site, credential);
}

/** Ends a row of the journal. */
export function endWrite(site: Site, write: CardWrite, outcome: NonNullable<CardWrite['outcome']>): void {
  site.store.cardWrites.end(write.id, outcome, site.clock.now());
}

function findWrite(site: Site, id: string): CardWrite {
  const write = site.store.cardWrites.get(id);
  if (write === null) throw new Error(`the journal has no write ${id}`);
  return write;
}

/** Whether this site ever wrote on a card, so that its keys are on cards out there. */
export function wereCardsWritten(site: Site): boolean {
  return site.store.cardWrites.list({}, { after: 0, limit: 1 }).rows.length > 0;
}
