import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { actionAttempt } from '../../src/api/wire/action-attempt.ts';
import { type LiveAttempt, LiveClient } from '../stories/live-client.ts';
import { newCard } from '../stories/story-desk.ts';
import { KilledDesk } from './killed-desk.ts';

const KILLS = process.env['CI'] === 'true' ? 20 : 2;
/** Of each answer of the card, so that a deletion falls into the writing. */
const CARD_DELAY_MS = 3;

let desk: KilledDesk;
beforeAll(async () => {
  desk = await KilledDesk.open();
});
afterAll(() => desk[Symbol.asyncDispose]());

const attemptEnvelope = z.object({ action_attempt: actionAttempt });

/** A virtual encoder, and a hand that puts one card on it. */
class Hand {
  readonly card = newCard('ntag213');
  readonly #encoderId: string;

  constructor(encoderId: string) {
    this.#encoderId = encoderId;
  }

  static async open(): Promise<Hand> {
    const list = z.object({ acs_encoders: z.array(z.looseObject({ acs_encoder_id: z.string() })) });
    const [encoder] = (await desk.raw.ask('/acs/encoders/list', {}, list)).acs_encoders;
    return new Hand(encoder?.acs_encoder_id ?? '');
  }

  /** Asks the encoder; resolves with the attempt's id. */
  async ask(path: string, body: object = {}): Promise<string> {
    const order = { acs_encoder_id: this.#encoderId, ...body };
    return (await desk.raw.ask(path, order, attemptEnvelope)).action_attempt.action_attempt_id;
  }

  async place(delay_ms: number): Promise<void> {
    const { uid, technology } = this.card;
    const body = {
      acs_encoder_id: this.#encoderId,
      card: { id: uid, uid, technology, faults: { delay_ms } },
    };
    await desk.raw.ask('/acs/encoders/simulate/place_card', body, z.looseObject({}));
  }

  async remove(): Promise<void> {
    const body = { acs_encoder_id: this.#encoderId };
    await desk.raw.ask('/acs/encoders/simulate/remove_card', body, z.looseObject({}));
  }
}

const isAttempt =
  (id: string, fits: (attempt: LiveAttempt) => boolean) =>
  ({ action_attempt }: { action_attempt: LiveAttempt }) =>
    action_attempt.action_attempt_id === id && fits(action_attempt);

/** Deletes a credential in the middle of its writing, and kills the daemon somewhere after the answer. */
async function deleteAndKill(hand: Hand, acs_credential_id: string): Promise<string> {
  await using live = await LiveClient.open(desk.url, desk.token);
  const id = await hand.ask('/acs/encoders/encode_credential', { acs_credential_id, overwrite: true });
  await hand.place(CARD_DELAY_MS);
  await live.next(
    'action_attempt.changed',
    isAttempt(id, ({ phase }) => phase === 'writing'),
  );
  // Chance is what is tested here.
  await delay(Math.random() * 30);
  await desk.raw.ask('/acs/credentials/delete', { acs_credential_id }, z.looseObject({}));
  await delay(Math.random() * 100);
  await desk.kill();
  return id;
}

test(
  'a credential that was deleted while a card was written with it is gone after a SIGKILL, and from the card too',
  async () => {
    for (let kill = 0; kill < KILLS; kill += 1) {
      const guest = { acs_system_id: await desk.systemId(), full_name: 'Ada Lovelace' };
      const acs_user_id = await desk.make('/acs/users/create', 'acs_user', guest);
      const order = { access_method: 'card', acs_user_id };
      const acs_credential_id = await desk.make('/acs/credentials/create', 'acs_credential', order);
      const hand = await Hand.open();
      const action_attempt_id = await deleteAndKill(hand, acs_credential_id);
      await desk.start();

      const look = async () => (await desk.raw.post('/acs/credentials/get', { acs_credential_id })).status;
      await expect.poll(look, { interval: 10 }).toBe(404);
      const { action_attempt } = await desk.raw.ask(
        '/action_attempts/get',
        { action_attempt_id },
        attemptEnvelope,
      );
      expect(action_attempt.status).not.toBe('pending');
      const wanted = {
        since: '2000-01-01T00:00:00Z',
        acs_credential_id,
        event_type: 'acs_credential.deleted',
      };
      const { events } = await desk.raw.ask(
        '/events/list',
        wanted,
        z.object({ events: z.array(z.unknown()) }),
      );
      expect(events).toHaveLength(1);
      await expectUnknown(hand, action_attempt.status === 'success');
    }
  },
  KILLS * 20_000,
);

/** The card goes back on the encoder: it carries nothing that is known, and nothing is left to mend. `wasWritten`: before the deletion. */
async function expectUnknown(hand: Hand, wasWritten: boolean): Promise<void> {
  await using live = await LiveClient.open(desk.url, desk.token);
  const id = await hand.ask('/acs/encoders/scan_credential');
  await hand.place(0);
  const isOver = isAttempt(id, ({ status }) => status !== 'pending');
  const { action_attempt } = await live.next('action_attempt.changed', isOver);
  expect(action_attempt).toMatchObject({
    status: 'success',
    result: {
      acs_credential_on_encoder: { record_standing: wasWritten ? 'authentic' : 'none' },
      acs_credential_on_seam: null,
      warnings: [{ warning_code: 'acs_credential_on_seam_not_found' }],
    },
  });
  await hand.remove();
  const open = { card_uid: hand.card.uid, is_open: true };
  const list = z.object({ card_writes: z.array(z.unknown()) });
  expect((await desk.raw.ask('/v1/card_writes/list', open, list)).card_writes).toEqual([]);
}
