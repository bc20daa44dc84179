import { expect } from 'vitest';
import { z } from 'zod';
import { acsCredential } from '../../src/api/wire/acs-credential.ts';
import { cardWrite } from '../../src/api/wire/card-write.ts';
import type { LiveAttempt } from './live-client.ts';
import type { Story } from './scan-stories.ts';
import { type CardOrder, newCard, numberOf, type StoryDesk } from './story-desk.ts';

type WireCredential = z.output<typeof acsCredential>;

const DAY_MS = 86_400_000;

/** A time some days from now, in whole seconds, as a card keeps it. */
export function inDays(days: number): string {
  return new Date(Math.floor((Date.now() + days * DAY_MS) / 1000) * 1000).toISOString();
}

/** A card credential for every entrance, from tomorrow until in three days; of a new guest unless it is said whose. */
export async function newCredential(desk: StoryDesk, acsUserId?: string): Promise<WireCredential> {
  const { seam } = desk.bench;
  const entrances = await seam.acs.entrances.list();
  const made = await seam.acs.credentials.create({
    acs_user_id: acsUserId ?? (await desk.guest('Guest')),
    access_method: 'card',
    allowed_acs_entrance_ids: entrances.map(({ acs_entrance_id }) => acs_entrance_id),
    starts_at: inDays(1),
    ends_at: inDays(3),
  });
  return acsCredential.parse(made);
}

/** The credential that an attempt to encode ended with. */
export function encodedIn(attempt: LiveAttempt): WireCredential {
  expect(attempt).toMatchObject({ status: 'success', error: null, action_type: 'ENCODE_CREDENTIAL' });
  return acsCredential.parse(attempt.result);
}

/** A new credential on this card, of a new guest unless it is said whose. */
export async function issued(desk: StoryDesk, card: CardOrder, acsUserId?: string): Promise<WireCredential> {
  const { acs_credential_id } = await newCredential(desk, acsUserId);
  return encodedIn(await desk.serve(await desk.encode({ acs_credential_id }), card));
}

/** The credential as it is now. */
async function lookUp({ bench: { seam } }: StoryDesk, acs_credential_id: string): Promise<WireCredential> {
  return acsCredential.parse(await seam.acs.credentials.get({ acs_credential_id }));
}

const warningCodes = ({ warnings }: WireCredential) => warnings.map(({ warning_code }) => warning_code);

async function eventTypes({ bench: { seam } }: StoryDesk, acs_credential_id: string): Promise<string[]> {
  const events = await seam.events.list({ since: '2000-01-01T00:00:00Z', acs_credential_id });
  return events.map(({ event_type }) => event_type);
}

async function outcomes({ bench: { raw } }: StoryDesk, filter: object) {
  const { card_writes } = await raw.ask(
    '/v1/card_writes/list',
    filter,
    z.object({ card_writes: z.array(cardWrite) }),
  );
  return card_writes.map(({ outcome }) => outcome);
}

/** What a scan of a card finds that carries exactly what the site wants on it. */
const inSync = (credential: WireCredential, card: CardOrder) => ({
  acs_credential_on_encoder: {
    card_number: numberOf(card),
    is_issued: true,
    starts_at: credential.starts_at,
    ends_at: credential.ends_at,
    acs_credential_id: credential.acs_credential_id,
    issue_counter: credential.issue_counter,
    record_standing: 'authentic',
    is_expired: false,
    entrances: [1],
  },
  acs_credential_on_seam: { acs_credential_id: credential.acs_credential_id },
  warnings: [],
});

/** What clerks do with cards that are written, whatever the encoder. */
export const ENCODE_STORIES: readonly Story[] = [
  ...(['ntag215', 'mifare_classic_1k', 'mifare_desfire'] as const).map(
    (technology): Story => ({
      fact: `a credential waits to be issued, is written on a card of kind ${technology}, and a scan finds it in sync`,
      async tell(desk) {
        const card = newCard(technology);
        const made = await newCredential(desk);
        expect(made).toMatchObject({ is_issued: false, issue_counter: 0 });
        expect(warningCodes(made)).toEqual(['waiting_to_be_issued']);
        const { acs_credential_id } = made;
        const asked = await desk.encode({ acs_credential_id });
        expect(asked).toMatchObject({ status: 'pending', result: null, error: null });
        await desk.hint(asked.action_attempt_id, /Place the card/);
        const ended = await desk.serve(asked, card);
        const credential = encodedIn(ended);
        expect(credential).toMatchObject({
          acs_credential_id,
          card_number: numberOf(card),
          is_issued: true,
          issued_at: expect.any(String),
          issue_counter: 1,
          warnings: [],
        });
        expect(await lookUp(desk, acs_credential_id)).toEqual(credential);
        expect(await desk.look(asked.action_attempt_id)).toEqual(ended);
        expect(await eventTypes(desk, acs_credential_id)).toEqual(['acs_credential.issued']);
        expect(await outcomes(desk, { acs_credential_id })).toEqual(['written']);
        const scanned = await desk.serve(await desk.scan(), card);
        expect(scanned.result).toMatchObject(inSync(credential, card));
      },
    }),
  ),
  {
    fact: 'a card of which only the number can be used carries a credential by that number',
    async tell(desk) {
      const card = newCard('uid_only');
      const credential = await issued(desk, card);
      expect(credential).toMatchObject({ card_format: 'uid_only', card_number: numberOf(card) });
      const scanned = await desk.serve(await desk.scan(), card);
      expect(scanned.result).toMatchObject({
        acs_credential_on_encoder: {
          card_number: numberOf(card),
          is_issued: true,
          ends_at: credential.ends_at,
          record_standing: 'none',
        },
        acs_credential_on_seam: { acs_credential_id: credential.acs_credential_id },
        warnings: [],
      });
    },
  },
  {
    fact: 'a write says how far it has come, and never goes back',
    async tell(desk) {
      const { acs_credential_id } = await newCredential(desk);
      const { action_attempt_id } = await desk.encode({ acs_credential_id });
      await desk.place(newCard());
      await desk.end(action_attempt_id);
      const seen = desk.live.changes
        .flatMap((change) => (change.type === 'action_attempt.changed' ? [change.action_attempt] : []))
        .filter((attempt) => attempt.action_attempt_id === action_attempt_id);
      expect([...new Set(seen.map(({ phase }) => phase))]).toEqual([
        ...['queued', 'awaiting_card', 'reading', 'writing', 'verifying', 'succeeded'],
      ]);
      const written = seen.filter(({ phase }) => phase === 'writing' || phase === 'verifying');
      for (const { hint } of written) expect(hint).toMatch(/Leave it there/);
      const steps = written.flatMap(({ progress }) => (progress === undefined ? [] : [progress]));
      expect(steps[0]?.done).toBe(0);
      const done = steps.map((step) => step.done);
      expect(done).toEqual(done.toSorted((a, b) => a - b));
      for (const { done, total } of steps) expect(done).toBeLessThanOrEqual(total);
      expect(seen.at(-1)).not.toHaveProperty('progress');
    },
  },
  {
    fact: 'after a change the card is out of sync until it is written again',
    async tell(desk) {
      const card = newCard();
      const { acs_credential_id, ends_at } = await issued(desk, card);
      const later = inDays(5);
      await desk.bench.seam.acs.credentials.update({ acs_credential_id, ends_at: later });
      const changed = await lookUp(desk, acs_credential_id);
      expect(changed).toMatchObject({ ends_at: later, is_issued: true });
      expect(warningCodes(changed)).toEqual(['needs_to_be_reissued']);
      const scanned = await desk.serve(await desk.scan(), card);
      expect(scanned.result).toMatchObject({
        acs_credential_on_encoder: { ends_at, record_standing: 'authentic' },
        acs_credential_on_seam: { acs_credential_id, ends_at: later },
        warnings: [
          {
            warning_code: 'acs_credential_on_encoder_out_of_sync',
            warning_message: expect.stringContaining('the end'),
          },
        ],
      });

      const again = encodedIn(await desk.serve(await desk.encode({ acs_credential_id }), card));
      expect(again).toMatchObject({ issue_counter: 2, warnings: [] });
      expect(await eventTypes(desk, acs_credential_id)).toEqual([
        'acs_credential.issued',
        'acs_credential.reissued',
      ]);
      const inSyncAgain = await desk.serve(await desk.scan(), card);
      expect(inSyncAgain.result).toMatchObject(inSync(again, card));
    },
  },
  {
    fact: 'an issued credential goes onto another card only when its card is lost, and then leaves that one',
    async tell(desk) {
      const [lost, other] = [newCard(), newCard('mifare_classic_1k')];
      const { acs_credential_id } = await issued(desk, lost);
      const refused = await desk.serve(await desk.encode({ acs_credential_id }), other);
      expect(refused.error).toMatchObject({
        type: 'credential_cannot_be_reissued',
        reason: 'credential_on_another_card',
        message: expect.stringContaining('replace_lost_card'),
      });
      const blank = await desk.serve(await desk.scan(), other);
      expect(blank.result).toMatchObject({
        acs_credential_on_encoder: { record_standing: 'none' },
        acs_credential_on_seam: null,
      });

      const asked = await desk.encode({ acs_credential_id, replace_lost_card: true });
      const replaced = encodedIn(await desk.serve(asked, other));
      expect(replaced).toMatchObject({ acs_credential_id, card_number: numberOf(other), issue_counter: 2 });
      expect((await desk.serve(await desk.scan(), other)).result).toMatchObject(inSync(replaced, other));
      const found = await desk.serve(await desk.scan(), lost);
      expect(found.result).toMatchObject({
        acs_credential_on_encoder: { card_number: numberOf(lost), issue_counter: 1 },
        warnings: [{ warning_code: 'acs_credential_on_encoder_out_of_sync' }],
      });
    },
  },
  {
    fact: "another guest's valid credential is written over only when the request says so",
    async tell(desk) {
      const card = newCard();
      const first = await issued(desk, card);
      const { acs_credential_id } = await newCredential(desk);
      const refused = await desk.serve(await desk.encode({ acs_credential_id }), card);
      expect(refused.error).toMatchObject({
        type: 'uncategorized_error',
        reason: 'card_carries_another_credential',
        message: expect.stringContaining('overwrite'),
      });
      expect((await desk.serve(await desk.scan(), card)).result).toMatchObject(inSync(first, card));

      const second = encodedIn(
        await desk.serve(await desk.encode({ acs_credential_id, overwrite: true }), card),
      );
      expect((await desk.serve(await desk.scan(), card)).result).toMatchObject(inSync(second, card));
      const without = await lookUp(desk, first.acs_credential_id);
      expect(warningCodes(without)).toEqual(['waiting_to_be_issued']);
      expect(without).not.toHaveProperty('card_number');
      expect(await eventTypes(desk, first.acs_credential_id)).toEqual([
        'acs_credential.issued',
        'acs_credential.invalidated',
      ]);
    },
  },
  {
    fact: 'a credential that is deleted while its card is awaited is written nowhere',
    async tell(desk) {
      const { acs_credential_id } = await newCredential(desk);
      const asked = await desk.encode({ acs_credential_id });
      await desk.hint(asked.action_attempt_id, /Place the card/);
      await desk.bench.seam.acs.credentials.delete({ acs_credential_id });
      const ended = await desk.end(asked.action_attempt_id);
      expect(ended.error).toMatchObject({ type: 'credential_deleted', reason: 'credential_deleted' });
      expect(await outcomes(desk, { acs_credential_id })).toEqual([]);
    },
  },
  {
    fact: 'a card that changes its number each time is not written',
    async tell(desk) {
      const { acs_credential_id } = await newCredential(desk);
      const phone = { technology: 'uid_only', uid: '08AABBCC' } as const;
      const ended = await desk.serve(await desk.encode({ acs_credential_id }), phone);
      expect(ended.error).toMatchObject({
        type: 'incompatible_card_format',
        reason: 'card_number_changes',
      });
    },
  },
  {
    fact: 'the same request again is the same attempt, and another credential takes its place',
    async tell(desk) {
      const { acs_credential_id } = await newCredential(desk);
      const asked = await desk.encode({ acs_credential_id });
      const again = await desk.encode({ acs_credential_id });
      expect(again.action_attempt_id).toBe(asked.action_attempt_id);
      const next = await newCredential(desk);
      await desk.encode({ acs_credential_id: next.acs_credential_id });
      expect((await desk.end(asked.action_attempt_id)).error).toMatchObject({
        type: 'action_attempt_expired',
        reason: 'superseded',
      });
    },
  },
  {
    fact: 'a card that was just written must be taken away before another guest gets one',
    async tell(desk) {
      const card = newCard();
      const { acs_credential_id } = await newCredential(desk);
      const asked = await desk.encode({ acs_credential_id });
      await desk.place(card);
      await desk.end(asked.action_attempt_id);
      const next = await newCredential(desk);
      const waiting = await desk.encode({ acs_credential_id: next.acs_credential_id, overwrite: true });
      await desk.hint(waiting.action_attempt_id, /Take the card away/);
      await desk.lift();
      const served = encodedIn(await desk.serve(waiting, newCard()));
      expect(served.acs_credential_id).toBe(next.acs_credential_id);
      expect(await lookUp(desk, acs_credential_id)).toMatchObject({ card_number: numberOf(card) });
    },
  },
  {
    fact: 'a card is erased, and is anybody’s again; one that is still valid only when the request says so',
    async tell(desk) {
      const card = newCard('mifare_classic_1k');
      const { acs_credential_id } = await issued(desk, card);
      const refused = await desk.serve(await desk.erase(), card);
      expect(refused.error).toMatchObject({ reason: 'card_carries_another_credential' });
      const erased = await desk.serve(await desk.erase({ overwrite: true }), card);
      expect(erased).toMatchObject({ status: 'success', result: { card_number: numberOf(card) } });
      expect(warningCodes(await lookUp(desk, acs_credential_id))).toEqual(['waiting_to_be_issued']);
      const scanned = await desk.serve(await desk.scan(), card);
      expect(scanned.result).toMatchObject({
        acs_credential_on_encoder: { record_standing: 'none' },
        acs_credential_on_seam: null,
        warnings: [{ warning_code: 'acs_credential_on_seam_not_found' }],
      });
      const other = await issued(desk, card);
      expect(other.card_number).toBe(numberOf(card));
    },
  },
  {
    fact: 'an inspection says what a card is, what is on it and what is free',
    async tell(desk) {
      const card = newCard();
      const inspected = async () => Object((await desk.serve(await desk.inspect(), card)).result);
      expect(await inspected()).toMatchObject({
        card: { uid: card.uid, card_number: numberOf(card), technology: 'ntag215' },
        format: 'ntag',
        record_standing: 'none',
        record: null,
        acs_credential_on_seam: null,
      });
      const { acs_credential_id, ends_at } = await issued(desk, card);
      const found = await inspected();
      expect(found).toMatchObject({
        record_standing: 'authentic',
        record: { acs_credential_id, ends_at, issue_counter: 1, entrances: [1], replaces_lost_card: false },
        acs_credential_on_seam: { acs_credential_id },
      });
      expect(found.capacity_bytes).toBeGreaterThan(60);
      expect(found.facts).toContainEqual({ name: 'Memory', value: expect.stringMatching(/bytes, \d+ free/) });
    },
  },
];
