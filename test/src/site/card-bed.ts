import type { Card } from '../../../src/model/card.ts';
import type { CardContent, CardContents, CardRecord } from '../../../src/model/card-record.ts';
import type { CardWrite } from '../../../src/model/card-write.ts';
import type { Credential } from '../../../src/model/credential.ts';
import { type CardAtHand, planEncoding, planErasing, type WritePlan } from '../../../src/site/card-plans.ts';
import { noteWritten } from '../../../src/site/card-writes.ts';
import { findCredential } from '../../../src/site/credentials.ts';
import { createCredential, type NewCredential } from '../../../src/site/new-credential.ts';
import { newId, type Site } from '../../../src/site/site.ts';
import { EVERY_ROW } from '../../../src/store/paging.ts';
import { addEncoder, addUser } from './site-bed.ts';

export const CARD: Card = { uid: '04A1B2C3D4E5F6', technology: 'ntag215' };
export const CARD_NUMBER = '1303689068602870';
export const ANOTHER_CARD: Card = { uid: '04FFEEDDCCBBAA', technology: 'ntag215' };
export const ANOTHER_CARD_NUMBER = '1407301295324074';

/** A card of a new user that is still to be issued. */
export const addCardCredential = (site: Site, more: Partial<NewCredential> = {}): Credential =>
  createCredential(site, {
    accessMethod: 'card',
    acsUserId: addUser(site, 'Ada').id,
    code: null,
    startsAt: null,
    endsAt: null,
    entranceIds: [],
    ...more,
  });

/** A card of the format `ntag` with this on it, or as from the factory. */
export const contentsWith = (
  content: CardContent = { kind: 'blank' },
  more: Partial<CardContents> = {},
): CardContents => ({
  format: 'ntag',
  content,
  keyVersion: null,
  capacityBytes: 480,
  preimage: Buffer.from('as it was'),
  facts: [],
  ...more,
});

/** What another site wrote, for ever unless said. */
export const strangeRecord = (more: Partial<CardRecord> = {}): CardRecord => ({
  siteId: newId(),
  credentialId: newId(),
  issueCounter: 1,
  startsAt: null,
  endsAt: null,
  entrances: [],
  replacesLostCard: false,
  ...more,
});

/** A card on the encoder at `port-1`, for an attempt of its own. */
export function atHand(site: Site, card: Card = CARD, contents: CardContents = contentsWith()): CardAtHand {
  const encoderId = site.store.encoders.list({}, EVERY_ROW).rows[0]?.id ?? addEncoder(site);
  const attemptId = newId();
  site.store.attempts.insert({
    id: attemptId,
    encoderId,
    client: { id: 'client-1', name: 'Reception' },
    order: { action: 'INSPECT_CARD' },
    createdAt: site.clock.now(),
    expiresAt: site.clock.now(),
    ...{ phase: 'failed', reason: 'encoding_interrupted', detail: null },
  });
  return { attemptId, encoderId, card, contents };
}

export interface Asked {
  readonly card?: Card;
  readonly contents?: CardContents;
  readonly replacesLostCard?: boolean;
  readonly mayOverwrite?: boolean;
}

/** Asks to write a credential on a card that lies there. */
export function encode(site: Site, credentialId: string, asked: Asked = {}): WritePlan {
  const { replacesLostCard = false, mayOverwrite = false } = asked;
  const order = { action: 'ENCODE_CREDENTIAL', credentialId, replacesLostCard, mayOverwrite } as const;
  return planEncoding(site, order, atHand(site, asked.card, asked.contents));
}

/** Asks to make a card blank that lies there. */
export function erase(site: Site, { card, contents, mayOverwrite = false }: Asked = {}): WritePlan {
  return planErasing(site, { action: 'ERASE_CARD', mayOverwrite }, atHand(site, card, contents));
}

/** The row of the journal that a plan is. Throws when it was refused. */
export function writeOf(site: Site, plan: WritePlan | null): CardWrite {
  const write = plan?.outcome === 'planned' ? site.store.cardWrites.get(plan.writeId) : null;
  if (write === null) throw new Error(`nothing was planned: ${JSON.stringify(plan)}`);
  return write;
}

/** The record that a plan is about. */
export function recordOfPlan(site: Site, plan: WritePlan | null): CardRecord {
  const { image } = writeOf(site, plan);
  if (image.kind !== 'record') throw new Error('a card is erased');
  return image.record;
}

/** Writes a credential on a card in one go. */
export function issue(site: Site, credentialId: string, asked: Asked = {}): Credential {
  noteWritten(site, writeOf(site, encode(site, credentialId, asked)).id, 'order', false);
  return findCredential(site, credentialId);
}
