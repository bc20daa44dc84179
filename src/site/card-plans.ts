import type { Order } from '../model/attempt.ts';
import { type Card, cardNumber, hasRandomUid } from '../model/card.ts';
import type { CardContents } from '../model/card-record.ts';
import { type CardWrite, mendingOf, type PlannedImage, type WritePurpose } from '../model/card-write.ts';
import type { Credential } from '../model/credential.ts';
import {
  type EncodingRefusal,
  encodingRefusal,
  isOnAnotherCard,
  overwritingRefusal,
} from '../model/encoding.ts';
import { EVERY_ROW } from '../store/paging.ts';
import { endWrite, openWriteOf, refreshReissueOf } from './card-writes.ts';
import { validityOf } from './credential-validity.ts';
import { issueToOutrank } from './foreign-records.ts';
import { knownCard } from './issued-cards.ts';
import { liveWriteIds } from './live-writes.ts';
import { wantedRecord } from './reissue.ts';
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
      readonly reason: EncodingRefusal | Unwritable | 'credential_being_written';
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
    const credential = lasting(site, order.credentialId);
    const never = unwritableBecause(credential);
    if (credential === null || never !== null) {
      return { outcome: 'refused', reason: never ?? 'credential_deleted', detail: null };
    }
    const open = openWriteOf(site, card);
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
    const torn = tornElsewhere(site, credential, card);
    const live = liveWriteIds(site);
    if (torn.some(({ id }) => live.has(id))) {
      return { outcome: 'refused', reason: 'credential_being_written', detail: null };
    }
    const counted: Credential = {
      ...credential,
      issueCounter: issueToOutrank(credential, contents.content) + 1,
      hasLostCards: credential.hasLostCards || isOnAnotherCard(credential, card) || torn.length > 0,
    };
    site.store.credentials.update(counted);
    const image: PlannedImage = {
      kind: 'record',
      format: contents.format,
      record: wantedRecord(site, counted),
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
    if (hasRandomUid(card)) return { outcome: 'refused', reason: 'card_number_changes', detail };
    if (contents.format === null) return { outcome: 'refused', reason: 'card_format_unsupported', detail };
    if (contents.content.kind === 'locked') return { outcome: 'refused', reason: 'card_locked', detail };
    const reason = overwritingRefusal(facts);
    if (reason !== null) return { outcome: 'refused', reason, detail };
    const image: PlannedImage = { kind: 'blank', format: contents.format };
    const open = openWriteOf(site, card);
    return { outcome: 'planned', writeId: openWrite(site, atHand, open, null, image), purpose: 'order' };
  });
}

/** Writes of this credential that did not end, on other cards: such a card may carry it, whole or in part. */
function tornElsewhere(site: Site, credential: Credential, card: Card): readonly CardWrite[] {
  const filter = { acsCredentialId: credential.id, isOpen: true };
  return site.store.cardWrites.list(filter, EVERY_ROW).rows.filter((write) => write.card.uid !== card.uid);
}

/** Why a credential goes on no card: it is gone, or belongs to nobody, and its card would open nothing. */
export type Unwritable = 'credential_deleted' | 'credential_without_user';

/** Why this credential goes on no card, null if there is none; null: it does. */
export function unwritableBecause(credential: Credential | null): Unwritable | null {
  if (credential?.deletionAskedAt !== null) return 'credential_deleted';
  return credential.acsUserId === null ? 'credential_without_user' : null;
}

/** The credential, if there is one and it is not being deleted. */
function lasting(site: Site, id: string): Credential | null {
  const credential = site.store.credentials.get(id);
  return credential?.deletionAskedAt === null ? credential : null;
}

/** How the write of this card that did not end is to be ended; null: there is none. */
export function planMending(site: Site, card: Card): Extract<WritePlan, { outcome: 'planned' }> | null {
  const open = openWriteOf(site, card);
  if (open === null) return null;
  const credential = open.credentialId === null ? null : lasting(site, open.credentialId);
  const wanted = credential === null ? null : wantedRecord(site, credential);
  return { outcome: 'planned', writeId: open.id, purpose: mendingOf(open, wanted) };
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

/** The other credential that is on the card, valid for as long as its holder's access schedule allows. */
function occupantOf(site: Site, card: Card, exceptId: string | null): Credential | null {
  const known = knownCard(site, card, cardNumber(card, site.settings.cardNumberFormat));
  return known === null || known.id === exceptId ? null : { ...known, ...validityOf(site, known) };
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
  if (open !== null) refreshReissueOf(site, open);
  return id;
}

function lockOf({ content }: CardContents): string | null {
  return content.kind === 'locked' ? content.description : null;
}
