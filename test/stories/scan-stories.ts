import { expect } from 'vitest';
import type { z } from 'zod';
import { acsCredential } from '../../src/api/wire/acs-credential.ts';
import type { LiveAttempt } from './live-client.ts';
import { numberOf, type StoryBench, StoryDesk } from './story-desk.ts';

/** What a person does at a desk, whatever the encoder. */
export interface Story {
  readonly fact: string;
  /** It needs a card that lies on the encoder, or one with a uid; where cards are swiped there is none. */
  readonly isContactless?: true;
  readonly tell: (desk: StoryDesk) => Promise<void>;
}

/** Tells a story on an encoder, and leaves the encoder as it was. */
export async function tellStory(story: Story, bench: StoryBench): Promise<void> {
  await using desk = await StoryDesk.open(bench);
  await story.tell(desk);
}

/** The credential that an attempt to assign ended with. */
export function credentialOf(attempt: LiveAttempt): z.output<typeof acsCredential> {
  expect(attempt).toMatchObject({ status: 'success', action_type: 'SCAN_TO_ASSIGN_CREDENTIAL' });
  return acsCredential.parse(attempt.result);
}

export const SCAN_STORIES: readonly Story[] = [
  {
    fact: 'a scan of a card that nobody registered has its number, and warns',
    async tell(desk) {
      const card = desk.newCard();
      const asked = await desk.scan();
      expect(asked).toMatchObject({ status: 'pending', result: null, error: null });
      await desk.hint(asked.action_attempt_id, /Place the card/);
      const scanned = await desk.serve(asked, card);
      expect(scanned).toMatchObject({
        status: 'success',
        error: null,
        phase: 'succeeded',
        acs_encoder_id: desk.bench.encoderId,
        result: {
          acs_credential_on_encoder: { card_number: numberOf(card), is_issued: null },
          acs_credential_on_seam: null,
          warnings: [{ warning_code: 'acs_credential_on_seam_not_found' }],
        },
      });
      expect(await desk.look(asked.action_attempt_id)).toEqual(scanned);
    },
  },
  {
    fact: 'a scan takes the card that lies there already',
    isContactless: true,
    async tell(desk) {
      const card = desk.newCard('mifare_classic_1k');
      await desk.place(card);
      const { action_attempt_id } = await desk.scan();
      const scanned = await desk.end(action_attempt_id);
      expect(scanned.result).toMatchObject({ acs_credential_on_encoder: { card_number: numberOf(card) } });
      await desk.lift();
    },
  },
  {
    fact: 'a scan of a registered card names its credential, without a warning',
    async tell(desk) {
      const card = desk.newCard();
      const acs_user_id = await desk.guest('Grace Hopper');
      const credential = credentialOf(await desk.serve(await desk.assign({ acs_user_id }), card));
      const scanned = await desk.serve(await desk.scan(), card);
      expect(scanned.result).toMatchObject({
        acs_credential_on_encoder: { card_number: numberOf(card), is_issued: true },
        acs_credential_on_seam: { acs_credential_id: credential.acs_credential_id, acs_user_id },
        warnings: [],
      });
    },
  },
  {
    fact: 'a card that nobody registered becomes a credential of the guest',
    async tell(desk) {
      const card = desk.newCard('uid_only');
      const acs_user_id = await desk.guest('Ada Lovelace');
      const credential = credentialOf(await desk.serve(await desk.assign({ acs_user_id }), card));
      expect(credential).toMatchObject({
        acs_user_id,
        card_number: numberOf(card),
        access_method: 'card',
        is_issued: true,
        is_managed: true,
        warnings: [],
      });
      expect(credential.card_number).toMatch(/^[1-9]\d*$/);
      const held = await desk.bench.seam.acs.credentials.list({ acs_user_id });
      expect(held.map((one) => one.acs_credential_id)).toEqual([credential.acs_credential_id]);
    },
  },
  {
    fact: 'a registered card that belongs to nobody is assigned',
    async tell(desk) {
      const { seam } = desk.bench;
      const card = desk.newCard();
      const first = await desk.guest('First guest');
      const made = credentialOf(await desk.serve(await desk.assign({ acs_user_id: first }), card));
      await seam.acs.credentials.unassign({
        acs_credential_id: made.acs_credential_id,
        acs_user_id: first,
      });
      const next = await desk.guest('Next guest');
      const given = credentialOf(await desk.serve(await desk.assign({ acs_user_id: next }), card));
      expect(given.acs_credential_id).toBe(made.acs_credential_id);
      expect(given.acs_user_id).toBe(next);
    },
  },
  {
    fact: 'the same card for the same guest again is the same credential, also without lifting it',
    isContactless: true,
    async tell(desk) {
      const card = desk.newCard();
      const acs_user_id = await desk.guest('Ada Lovelace');
      const order = { acs_user_id };
      const first = credentialOf(await desk.serve(await desk.assign(order), card));
      await desk.place(card);
      const again = await desk.assign(order);
      const second = credentialOf(await desk.end(again.action_attempt_id));
      const oneMore = await desk.assign(order);
      const third = credentialOf(await desk.end(oneMore.action_attempt_id));
      expect(second.acs_credential_id).toBe(first.acs_credential_id);
      expect(third.acs_credential_id).toBe(first.acs_credential_id);
      await desk.lift();
    },
  },
  {
    fact: "another guest's card is refused with a clear message, and stays theirs",
    async tell(desk) {
      const card = desk.newCard();
      const owner = await desk.guest('Owner');
      const made = credentialOf(await desk.serve(await desk.assign({ acs_user_id: owner }), card));
      const other = await desk.guest('Somebody else');
      const refused = await desk.serve(await desk.assign({ acs_user_id: other }), card);
      expect(refused).toMatchObject({
        status: 'error',
        result: null,
        error: {
          type: 'uncategorized_error',
          reason: 'card_belongs_to_another_user',
          message: expect.stringMatching(/belongs to another user.*another card/i),
        },
      });
      const { acs_credential_id } = made;
      const after = await desk.bench.seam.acs.credentials.get({ acs_credential_id });
      expect(after.acs_user_id).toBe(owner);
      expect(await desk.bench.seam.acs.credentials.list({ acs_user_id: other })).toEqual([]);
    },
  },
  {
    fact: 'for a person who is no user yet, one user is made, once',
    async tell(desk) {
      const { seam } = desk.bench;
      const { user_identity_id } = await seam.userIdentities.create({ full_name: 'Alan Turing' });
      const first = credentialOf(await desk.serve(await desk.assign({ user_identity_id }), desk.newCard()));
      const second = credentialOf(await desk.serve(await desk.assign({ user_identity_id }), desk.newCard()));
      expect(first.acs_user_id).toBeDefined();
      expect(second.acs_user_id).toBe(first.acs_user_id);
      expect(second.acs_credential_id).not.toBe(first.acs_credential_id);
      const users = await seam.acs.users.list({ user_identity_id });
      expect(users.map((user) => user.full_name)).toEqual(['Alan Turing']);
    },
  },
  {
    fact: "a person's linked user gets the card",
    async tell(desk) {
      const { seam, systemId } = desk.bench;
      const { user_identity_id } = await seam.userIdentities.create({ full_name: 'Linked person' });
      const user = await seam.acs.users.create({
        acs_system_id: systemId,
        full_name: 'Linked user',
        user_identity_id,
      });
      const made = credentialOf(await desk.serve(await desk.assign({ user_identity_id }), desk.newCard()));
      expect(made).toMatchObject({ acs_user_id: user.acs_user_id, user_identity_id });
    },
  },
  {
    fact: 'a number that changes each time is never assigned, and nobody is made for it',
    isContactless: true,
    async tell(desk) {
      const { seam } = desk.bench;
      const { user_identity_id } = await seam.userIdentities.create({ full_name: 'Phone owner' });
      const phone = { technology: 'uid_only', uid: '08A1B2C3' } as const;
      const refused = await desk.serve(await desk.assign({ user_identity_id }), phone);
      expect(refused.error).toMatchObject({
        type: 'uncategorized_error',
        reason: 'card_number_changes',
        message: expect.stringMatching(/new number each time/),
      });
      expect(await seam.acs.users.list({ user_identity_id })).toEqual([]);
    },
  },
  {
    fact: 'the same request again is the attempt that waits already',
    async tell(desk) {
      const order = { acs_user_id: await desk.guest('Ada Lovelace') };
      const first = await desk.assign(order);
      const again = await desk.assign(order);
      expect(again.action_attempt_id).toBe(first.action_attempt_id);
      expect(again.expires_at).toBe(first.expires_at);
      credentialOf(await desk.serve(first, desk.newCard()));
      const later = await desk.assign(order);
      expect(later.action_attempt_id).not.toBe(first.action_attempt_id);
    },
  },
  {
    fact: 'another request of the same app ends the one that waits: the card goes to the guest asked for last',
    async tell(desk) {
      const first = await desk.assign({ acs_user_id: await desk.guest('Asked for first') });
      const last = await desk.guest('Asked for last');
      const second = await desk.assign({ acs_user_id: last });
      expect(second.action_attempt_id).not.toBe(first.action_attempt_id);
      const old = await desk.end(first.action_attempt_id);
      expect(old.error).toMatchObject({ type: 'action_attempt_expired', reason: 'superseded' });
      expect(credentialOf(await desk.serve(second, desk.newCard())).acs_user_id).toBe(last);
    },
  },
  {
    fact: 'a card that has just served somebody else must leave first',
    isContactless: true,
    async tell(desk) {
      const card = desk.newCard();
      const next = desk.newCard();
      const a = await desk.guest('Guest A');
      const b = await desk.guest('Guest B');
      await desk.place(card);
      const first = await desk.assign({ acs_user_id: a });
      credentialOf(await desk.end(first.action_attempt_id));

      const scanned = await desk.end((await desk.scan()).action_attempt_id);
      expect(scanned.status).toBe('success');

      const second = await desk.assign({ acs_user_id: b });
      await desk.hint(second.action_attempt_id, /Take the card away first/);
      expect(await desk.look(second.action_attempt_id)).toMatchObject({ phase: 'awaiting_card' });
      await desk.lift();
      await desk.hint(second.action_attempt_id, /Place the next card/);
      const served = credentialOf(await desk.serve(second, next));
      expect(served).toMatchObject({ acs_user_id: b, card_number: numberOf(next) });
    },
  },
  {
    fact: "one's own waiting can be cancelled, and a card that comes later goes to nobody",
    async tell(desk) {
      const acs_user_id = await desk.guest('Guest who left');
      const { action_attempt_id } = await desk.assign({ acs_user_id });
      const cancelled = await desk.cancel(action_attempt_id);
      expect(cancelled).toMatchObject({
        status: 'error',
        error: { type: 'action_attempt_expired', reason: 'cancelled' },
      });
      await desk.place(desk.newCard());
      await desk.lift();
      expect(await desk.cancel(action_attempt_id)).toEqual(cancelled);
      expect(await desk.bench.seam.acs.credentials.list({ acs_user_id })).toEqual([]);
    },
  },
  {
    fact: 'an attempt ends when nobody places a card in time',
    async tell(desk) {
      const asked = await desk.scan({ timeout_seconds: 1 });
      expect(Date.parse(asked.expires_at) - Date.parse(asked.created_at)).toBe(1000);
      const ended = await desk.end(asked.action_attempt_id);
      expect(ended.error).toMatchObject({
        type: 'action_attempt_expired',
        reason: 'no_card_presented',
        message: expect.stringMatching(/place the card/i),
      });
    },
  },
  {
    fact: 'both or neither of user and person is a mistake of the caller',
    async tell(desk) {
      const acs_user_id = await desk.guest('Guest');
      for (const parameters of [{}, { acs_user_id, user_identity_id: acs_user_id }]) {
        const answer = await desk.tryToAssign(parameters);
        expect(answer).toMatchObject({ status: 400, body: { error: { type: 'invalid_input' } } });
      }
    },
  },
];
