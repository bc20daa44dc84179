import type { Order } from '../model/attempt.ts';
import { type Card, cardNumber, isRandomUid } from '../model/card.ts';
import type { CardContents, CardRecord } from '../model/card-record.ts';
import { type CardWrite, mendingOf, type PlannedImage, type WritePurpose } from '../model/card-write.ts';
import { type Credential, differencesOf, recordOf } from '../model/credential.ts';
import { type EncodingRefusal, encodingRefusal, overwritingRefusal } from '../model/encoding.ts';
import { EVERY_ROW } from '../store/store.ts';
import { issueOnCard, knownCard, takeOffCard } from './issued-cards.ts';
import { newId, type Site } from './site.ts';

/** Which card is to be written, by whom, and what is on it. */
export interface CardAtHand {
  readonly attemptId: string;
  readonly encoderId: string;
  readonly card: Card;
  readonly contents: CardContents;
}

export type WritePlan =
  | { readonly outcome: 'planned'; readonly writeId: string; readonly purpose: WritePurpose }
  | {
      readonly outcome: 'refused';
      readonly reason: EncodingRefusal | 'credential_deleted';
      readonly detail: string | null;
    };

/** Puts into the journal what a credential's order will write, or says why it must not. Nothing is written before this is on the disk. */
export function planEncoding(
  site: Site,
  order: Extract<Order, { action: 'ENCODE_CREDENTIAL' }>,
  atHand: CardAtHand,
): WritePlan {
  return site.store.transaction(() => {
    const { card, contents } = atHand;
    const credential = site.store.credentials.get(order.credentialId);
    if (credential === null) return { outcome: 'refused', reason: 'credential_deleted', detail: null };
    const open = site.store.cardWrites.openFor(card.uid);
    // The card was lifted in the middle of this very thing: it is allowed already, and has its number.
    if (open !== null && isStillWanted(site, open, credential, contents)) {
      return { outcome: 'planned', writeId: open.id, purpose: 'finish' };
    }
    const { replacesLostCard: mayReplaceLostCard, mayOverwrite } = order;
    const reason = encodingRefusal({
      now: site.clock.now(),
      card,
      contents,
      credential,
      mayReplaceLostCard,
      mayOverwrite,
      occupant: occupantOf(site, card, credential.id),
    });
    if (reason !== null || contents.format === null) {
      return { outcome: 'refused', reason: reason ?? 'card_format_unsupported', detail: lockOf(contents) };
    }
    const counted = { ...credential, issueCounter: credential.issueCounter + 1 };
    site.store.credentials.update(counted);
    const replacesLostCard = credential.isIssued && credential.cardUid !== card.uid;
    const image: PlannedImage = {
      kind: 'record',
      format: contents.format,
      record: wantedRecord(site, counted, replacesLostCard),
    };
    return {
      outcome: 'planned',
      writeId: openWrite(site, atHand, open, credential.id, image),
      purpose: 'order',
    };
  });
}

/** Puts into the journal that a card will be erased, or says why it must not. */
export function planErasing(
  site: Site,
  order: Extract<Order, { action: 'ERASE_CARD' }>,
  atHand: CardAtHand,
): WritePlan {
  return site.store.transaction(() => {
    const { card, contents } = atHand;
    const { mayOverwrite } = order;
    const facts = { now: site.clock.now(), contents, mayOverwrite, occupant: occupantOf(site, card, null) };
    const detail = lockOf(contents);
    if (isRandomUid(card.uid)) return { outcome: 'refused', reason: 'card_number_changes', detail };
    if (contents.format === null) return { outcome: 'refused', reason: 'card_format_unsupported', detail };
    if (contents.content.kind === 'locked') return { outcome: 'refused', reason: 'card_locked', detail };
    const reason = overwritingRefusal(facts);
    if (reason !== null) return { outcome: 'refused', reason, detail };
    const image: PlannedImage = { kind: 'blank', format: contents.format };
    const open = site.store.cardWrites.openFor(card.uid);
    return { outcome: 'planned', writeId: openWrite(site, atHand, open, null, image), purpose: 'order' };
  });
}

/** How the write of this card that did not end is to be ended; null: there is none. */
export function planMending(site: Site, card: Card): Extract<WritePlan, { outcome: 'planned' }> | null {
  const open = site.store.cardWrites.openFor(card.uid);
  if (open === null) return null;
  const credential = open.credentialId === null ? null : site.store.credentials.get(open.credentialId);
  const wanted = credential === null ? null : wantedRecord(site, credential);
  return { outcome: 'planned', writeId: open.id, purpose: mendingOf(open, wanted) };
}

/** What a finished write came to. */
export type WriteOutcome =
  | { readonly outcome: 'issued'; readonly credential: Credential }
  | { readonly outcome: 'erased'; readonly cardNumber: string }
  | { readonly outcome: 'rolled_back' }
  /** The credential was deleted or planned for another card, or this card at another encoder, while it was written: what is on it will be put right. */
  | { readonly outcome: 'unwanted'; readonly reason: 'credential_deleted' | 'written_elsewhere' };

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
    // Meanwhile the card was written at another encoder.
    if (write.outcome !== null) return { outcome: 'unwanted', reason: 'written_elsewhere' };
    const end = (outcome: 'written' | 'rolled_back') =>
      endWrite(
        site,
        write,
        outcome === 'written' && (wasInterrupted || purpose === 'finish') ? 'repaired' : outcome,
      );
    if (purpose === 'roll_back') {
      end('rolled_back');
      return { outcome: 'rolled_back' };
    }
    const number = cardNumber(card.uid, site.settings.cardNumberFormat);
    if (image.kind === 'blank') {
      takeOffCard(site, card, number);
      end('written');
      return { outcome: 'erased', cardNumber: number };
    }
    const credential = site.store.credentials.get(image.record.credentialId);
    if (credential === null) return { outcome: 'unwanted', reason: 'credential_deleted' };
    if (credential.issueCounter !== image.record.issueCounter) {
      return { outcome: 'unwanted', reason: 'written_elsewhere' };
    }
    end('written');
    const needsReissue = differencesOf(image.record, wantedRecord(site, credential)).length > 0;
    const issue = { card, cardNumber: number, format: image.format, needsReissue };
    return { outcome: 'issued', credential: issueOnCard(site, credential, issue) };
  });
}

/** Ends a write that changed nothing; one that has ended stays as it is. */
export function endUnwritten(site: Site, writeId: string): void {
  site.store.transaction(() => {
    const write = findWrite(site, writeId);
    if (write.outcome !== null) return;
    endWrite(site, write, 'not_begun');
    undoPlan(site, write);
  });
}

/**
 * No card ever had what was planned: its number is free again, so that the card with the one before stays in sync; and a write that
 * this one took the place of may still have left the card half written.
 */
function undoPlan(site: Site, { image, preimage, replacedId }: CardWrite): void {
  const credential = image.kind === 'record' ? site.store.credentials.get(image.record.credentialId) : null;
  if (image.kind === 'record' && credential?.issueCounter === image.record.issueCounter) {
    site.store.credentials.update({ ...credential, issueCounter: credential.issueCounter - 1 });
  }
  const replaced = replacedId === null ? null : site.store.cardWrites.get(replacedId);
  if (replaced?.outcome === 'superseded' && replaced.image.format === image.format && preimage !== null) {
    site.store.cardWrites.reopen(replaced.id, preimage);
  }
}

/** What a card must say that carries the credential as it is now. */
export function wantedRecord(site: Site, credential: Credential, replacesLostCard = false): CardRecord {
  const { rows } = site.store.entrances.list({ ids: credential.entranceIds }, EVERY_ROW);
  const numbers = rows.map(({ number }) => number);
  return recordOf(credential, site.identity.acsSystemId, numbers, replacesLostCard);
}

/** Whether a write that did not end is the very one that is asked for, and the card still takes its format. */
function isStillWanted(
  site: Site,
  open: CardWrite,
  credential: Credential,
  { format }: CardContents,
): boolean {
  return (
    open.credentialId === credential.id &&
    open.image.format === format &&
    mendingOf(open, wantedRecord(site, credential)) === 'finish'
  );
}

function occupantOf(site: Site, card: Card, exceptId: string | null): Credential | null {
  const known = knownCard(site, card, cardNumber(card.uid, site.settings.cardNumberFormat));
  return known?.id === exceptId ? null : known;
}

/** Opens a row of the journal in place of the one that is open for this card; what was on the card before that is what is remembered. */
function openWrite(
  site: Site,
  { attemptId, encoderId, card, contents }: CardAtHand,
  open: CardWrite | null,
  credentialId: string | null,
  image: PlannedImage,
): string {
  const now = site.clock.now();
  const isSameFormat = open?.image.format === image.format;
  const preimage = (isSameFormat ? open?.preimage : null) ?? contents.preimage;
  if (open !== null) endWrite(site, open, 'superseded');
  const id = newId();
  site.store.cardWrites.insert({
    ...{ id, card, encoderId, attemptId, credentialId, image, preimage },
    replacedId: open?.id ?? null,
    outcome: null,
    startedAt: now,
    endedAt: null,
  });
  return id;
}

function endWrite(site: Site, write: CardWrite, outcome: NonNullable<CardWrite['outcome']>): void {
  site.store.cardWrites.end(write.id, outcome, site.clock.now());
}

function findWrite(site: Site, id: string): CardWrite {
  const write = site.store.cardWrites.get(id);
  if (write === null) throw new Error(`the journal has no write ${id}`);
  return write;
}

function lockOf({ content }: CardContents): string | null {
  return content.kind === 'locked' ? content.description : null;
}
