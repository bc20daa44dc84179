import { expect } from 'vitest';
import type { SwipingHand } from '../contracts/encoder-desk.ts';
import { encodedIn, issued, newCredential } from './encode-stories.ts';
import type { LiveAttempt } from './live-client.ts';
import { credentialOf, type Story } from './scan-stories.ts';
import { type CardOrder, numberOf, type StoryDesk } from './story-desk.ts';

/** A stripe keeps minutes. */
const inMinutes = (time: string | null | undefined) =>
  new Date(Math.floor(Date.parse(time ?? '') / 60_000) * 60_000).toISOString();

/** What the person is told while the card has to pass once more. */
const SWIPE_AGAIN = /Swipe the same card again/;

export function handAt({ bench }: StoryDesk): SwipingHand {
  if (bench.swipes === undefined) throw new Error('nobody swipes cards at this encoder');
  return bench.swipes;
}

/** An encode that has had the swipe that shows which card it is, and asks for the one that writes it. */
export async function toBeWritten(
  desk: StoryDesk,
  card: CardOrder,
): Promise<LiveAttempt & { credentialId: string }> {
  const { acs_credential_id } = await newCredential(desk);
  const asked = await desk.encode({ acs_credential_id });
  await desk.place(card);
  await desk.phase(asked.action_attempt_id, 'writing', SWIPE_AGAIN);
  await handAt(desk).armed(true);
  return { ...asked, credentialId: acs_credential_id };
}

/** An encode that has had the swipe that shows which card it is, and the one that writes it, and asks for the one that reads it back. */
export async function writtenOnce(
  desk: StoryDesk,
  card: CardOrder,
): Promise<LiveAttempt & { credentialId: string }> {
  const asked = await toBeWritten(desk, card);
  await desk.bench.placeCard(card);
  await desk.phase(asked.action_attempt_id, 'verifying', SWIPE_AGAIN);
  await handAt(desk).armed(true);
  return asked;
}

/** What clerks do with cards that are swiped. */
export const STRIPE_STORIES: readonly Story[] = [
  {
    fact: 'a swipe that nobody asked for is told, and the scan after it takes the next one',
    async tell(desk) {
      const card = desk.newCard();
      await desk.place(card);
      await desk.lift();
      const scanned = await desk.serve(await desk.scan(), card);
      expect(scanned.result).toMatchObject({ acs_credential_on_encoder: { card_number: numberOf(card) } });
    },
  },
  {
    fact: 'the same stripe for the same guest again is the same credential',
    async tell(desk) {
      const card = desk.newCard();
      const order = { acs_user_id: await desk.guest('Ada Lovelace') };
      const first = credentialOf(await desk.serve(await desk.assign(order), card));
      const second = credentialOf(await desk.serve(await desk.assign(order), card));
      expect(second.acs_credential_id).toBe(first.acs_credential_id);
    },
  },
  {
    fact: 'a credential is written with one swipe and proved with another, and a scan finds it in sync',
    async tell(desk) {
      const card = desk.newCard();
      const { action_attempt_id, credentialId } = await writtenOnce(desk, card);
      expect(await desk.look(action_attempt_id)).toMatchObject({
        status: 'pending',
        phase: 'verifying',
        progress: { done: 1, total: 2 },
      });
      await desk.bench.placeCard(card);
      const credential = encodedIn(await desk.end(action_attempt_id));
      expect(credential).toMatchObject({
        acs_credential_id: credentialId,
        card_number: numberOf(card),
        card_format: 'magstripe',
        is_issued: true,
        issue_counter: 1,
        warnings: [],
      });
      await desk.lift();
      const scanned = await desk.serve(await desk.scan(), card);
      expect(scanned.result).toMatchObject({
        acs_credential_on_encoder: {
          card_number: numberOf(card),
          is_issued: true,
          starts_at: inMinutes(credential.starts_at),
          ends_at: inMinutes(credential.ends_at),
          record_standing: 'authentic',
          is_expired: false,
        },
        acs_credential_on_seam: { acs_credential_id: credentialId },
        warnings: [],
      });
    },
  },
  {
    fact: 'another card at the second swipe proves nothing: the first one is asked for again',
    async tell(desk) {
      const hand = handAt(desk);
      const card = desk.newCard();
      const { action_attempt_id, credentialId } = await writtenOnce(desk, card);
      await desk.bench.placeCard(desk.newCard());
      await hand.armed(false);
      await hand.armed(true);
      expect(await desk.look(action_attempt_id)).toMatchObject({ status: 'pending' });
      await desk.bench.placeCard(card);
      const credential = encodedIn(await desk.end(action_attempt_id));
      expect(credential).toMatchObject({ acs_credential_id: credentialId, card_number: numberOf(card) });
      await desk.lift();
    },
  },
  {
    fact: 'a stripe is erased, and is anybody’s again',
    async tell(desk) {
      const card = desk.newCard();
      const { acs_credential_id } = await issued(desk, card);
      const erased = await desk.serve(await desk.erase({ overwrite: true }), card);
      expect(erased).toMatchObject({ status: 'success', result: { card_number: numberOf(card) } });
      const without = await desk.bench.seam.acs.credentials.get({ acs_credential_id });
      expect(without).not.toHaveProperty('card_number');
    },
  },
];
