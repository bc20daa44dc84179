import { expect, test } from 'vitest';
import { z } from 'zod';
import { actionAttempt } from '../../src/api/wire/action-attempt.ts';
import { type Desk, openDeskFirst } from '../stories/desk.ts';
import { type LiveAttempt, LiveClient } from '../stories/live-client.ts';
import { newCard } from '../stories/story-desk.ts';

/** How often each race is run: who wins is chance. */
const RACES = process.env['CI'] === 'true' ? 40 : 4;
const timeout = RACES * 10_000;

const ASSIGN = '/acs/encoders/scan_to_assign_credential';
const ENCODE = '/acs/encoders/encode_credential';
const SCAN = '/acs/encoders/scan_credential';

let desk: Desk;
openDeskFirst((opened) => {
  desk = opened;
});

/** Makes something; resolves with its id. */
async function make(path: string, key: string, body: object): Promise<string> {
  const id = `${key}_id`;
  const made = await desk.raw.ask(path, body, z.object({ [key]: z.looseObject({ [id]: z.string() }) }));
  return z.string().parse(made[key]?.[id]);
}

const newUser = () =>
  make('/acs/users/create', 'acs_user', { acs_system_id: desk.systemId, full_name: 'Guest' });

const newCredential = async () =>
  make('/acs/credentials/create', 'acs_credential', { acs_user_id: await newUser(), access_method: 'card' });

const envelope = z.object({ action_attempt: actionAttempt });

/** What one of the two encoders is asked, and the card that is put on it. */
interface Lane {
  readonly order: object;
  readonly card: object;
}

/** Asks both encoders at once, puts a card on each, and resolves with how both ended. */
async function race(path: string, lanes: readonly [Lane, Lane]): Promise<readonly LiveAttempt[]> {
  await using live = await LiveClient.open(desk.url, desk.token);
  const encoderIds = [desk.encoderId, desk.secondEncoderId];
  const asked = await Promise.all(
    lanes.map(({ order }, at) => desk.raw.ask(path, { acs_encoder_id: encoderIds[at], ...order }, envelope)),
  );
  await Promise.all(lanes.map(({ card }, at) => desk.placeCard(card, encoderIds[at])));
  const ended = await Promise.all(
    asked.map(async ({ action_attempt: { action_attempt_id } }) => {
      const isIt = ({ action_attempt: attempt }: { action_attempt: LiveAttempt }) =>
        attempt.action_attempt_id === action_attempt_id && attempt.status !== 'pending';
      return (await live.next('action_attempt.changed', isIt)).action_attempt;
    }),
  );
  await Promise.all(encoderIds.map((encoderId) => desk.removeCard(encoderId)));
  return ended;
}

/** Why each of them failed, or that it succeeded. */
const endings = (ended: readonly LiveAttempt[]): readonly string[] =>
  ended.map(({ error, status }) => error?.reason ?? status).toSorted();

/** A new card that keeps its memory when it is taken away. */
function keptCard(): object {
  const card = newCard('ntag213');
  return { ...card, id: card.uid };
}

test('a card that two encoders read for two users belongs to one of them', { timeout }, async () => {
  for (let round = 0; round < RACES; round += 1) {
    const card = newCard('uid_only');
    const ended = await race(ASSIGN, [
      { order: { acs_user_id: await newUser() }, card },
      { order: { acs_user_id: await newUser() }, card },
    ]);
    expect(endings(ended)).toEqual(['card_belongs_to_another_user', 'success']);
  }
});

test('a person who gets two cards at once becomes one user, with both', { timeout }, async () => {
  for (let round = 0; round < RACES; round += 1) {
    const guest = { full_name: 'Guest' };
    const user_identity_id = await make('/user_identities/create', 'user_identity', guest);
    const order = { user_identity_id };
    const ended = await race(ASSIGN, [
      { order, card: newCard('uid_only') },
      { order, card: newCard('uid_only') },
    ]);
    expect(endings(ended)).toEqual(['success', 'success']);
    const users = z.object({ acs_users: z.array(z.unknown()) });
    expect((await desk.raw.ask('/acs/users/list', order, users)).acs_users).toHaveLength(1);
    const credentials = z.object({ acs_credentials: z.array(z.unknown()) });
    expect((await desk.raw.ask('/acs/credentials/list', order, credentials)).acs_credentials).toHaveLength(2);
  }
});

test('a credential that two encoders write is on one card', { timeout }, async () => {
  for (let round = 0; round < RACES; round += 1) {
    const acs_credential_id = await newCredential();
    const order = { acs_credential_id };
    const cards = [keptCard(), keptCard()] as const;
    const ended = await race(ENCODE, [
      { order, card: cards[0] },
      { order, card: cards[1] },
    ]);
    const lost = endings(ended).filter((ending) => ending !== 'success');
    expect(lost).toHaveLength(1);
    expect(['credential_being_written', 'credential_on_another_card']).toContain(lost[0]);
    const scans = await race(SCAN, [
      { order: {}, card: cards[0] },
      { order: {}, card: cards[1] },
    ]);
    const inSync = scans.filter(({ result }) => {
      const { acs_credential_on_seam: known, warnings } = Object(result);
      return known?.acs_credential_id === acs_credential_id && warnings.length === 0;
    });
    expect(inSync).toHaveLength(1);
  }
});
