import { expect, test } from 'vitest';
import { type Desk, openDeskFirst } from './desk.ts';
import { encodedIn, inDays, issued, newCredential } from './encode-stories.ts';
import type { LiveAttempt } from './live-client.ts';
import { newCard, numberOf, StoryDesk } from './story-desk.ts';

let desk: Desk;
openDeskFirst((opened) => {
  desk = opened;
});

const SIMULATE = '/acs/encoders/simulate/next_credential';

/** Says how the next attempt is to end; Seam's client has a method for each of these. */
const simulate = (what: string, parameters: object = {}) =>
  desk.raw.post(`${SIMULATE}_${what}`, { acs_encoder_id: desk.encoderId, ...parameters });

async function simulated(what: string, parameters: object = {}): Promise<void> {
  expect(await simulate(what, parameters)).toMatchObject({ status: 200, body: { ok: true } });
}

const endOf = async (story: StoryDesk, asked: LiveAttempt) => story.end(asked.action_attempt_id);

test.each([
  'no_credential_on_encoder',
  'encoding_interrupted',
  'uncategorized_error',
  'action_attempt_expired',
])(
  'the next encode fails with %s as it was asked to, and the one after takes its ordinary way',
  async (error_code) => {
    await using story = await StoryDesk.open(desk);
    const { acs_credential_id } = await newCredential(story);
    await simulated('encode_will_fail', { error_code });
    const asked = await story.encode({ acs_credential_id });
    expect(asked.status).toBe('pending');
    expect((await endOf(story, asked)).error).toMatchObject({
      type: error_code,
      reason: 'simulated_failure',
    });
    const next = await story.encode({ acs_credential_id });
    await story.hint(next.action_attempt_id, /Place the card/);
    encodedIn(await story.serve(next, newCard()));
  },
);

test.each(['no_credential_on_encoder', 'uncategorized_error', 'action_attempt_expired'])(
  'the next scan fails with %s as it was asked to, whatever lies on the encoder',
  async (error_code) => {
    await using story = await StoryDesk.open(desk);
    await story.place(newCard());
    await simulated('scan_will_fail', { error_code });
    const failed = await endOf(story, await story.scan());
    expect(failed.error).toMatchObject({ type: error_code, reason: 'simulated_failure' });
    expect(await endOf(story, await story.scan())).toMatchObject({ status: 'success' });
  },
);

test('a failure that is meant for one credential waits for it', async () => {
  await using story = await StoryDesk.open(desk);
  const [meant, other] = [await newCredential(story), await newCredential(story)];
  const { acs_credential_id } = meant;
  await simulated('encode_will_fail', { error_code: 'uncategorized_error', acs_credential_id });
  encodedIn(await story.serve(await story.encode({ acs_credential_id: other.acs_credential_id }), newCard()));
  const failed = await endOf(story, await story.encode({ acs_credential_id }));
  expect(failed.error).toMatchObject({ reason: 'simulated_failure' });
});

test('a failure of a scan leaves an encode alone, and the second encoder the first', async () => {
  await using story = await StoryDesk.open(desk);
  await simulated('scan_will_fail');
  await simulated('encode_will_fail', { acs_encoder_id: desk.secondEncoderId });
  encodedIn(
    await story.serve(
      await story.encode({ acs_credential_id: (await newCredential(story)).acs_credential_id }),
      newCard(),
    ),
  );
  const failed = await endOf(story, await story.scan());
  expect(failed.error).toMatchObject({ type: 'no_credential_on_encoder' });
});

test('the next encode succeeds without a hand, again too, and leaves the encoder empty', async () => {
  await using story = await StoryDesk.open(desk);
  const { acs_credential_id } = await newCredential(story);
  await simulated('encode_will_succeed');
  const credential = encodedIn(await endOf(story, await story.encode({ acs_credential_id })));
  expect(credential).toMatchObject({ is_issued: true, card_number: expect.stringMatching(/^\d+$/) });
  await story.live.next('card.removed', ({ card }) => card.card_number === credential.card_number);

  await desk.seam.acs.credentials.update({ acs_credential_id, ends_at: inDays(6) });
  await simulated('encode_will_succeed');
  const again = encodedIn(await endOf(story, await story.encode({ acs_credential_id })));
  expect(again).toMatchObject({ card_number: credential.card_number, issue_counter: 2, warnings: [] });
  await story.live.next('card.removed', ({ card }) => card.card_number === again.card_number);
});

test('a card that lies there is the one that the next encode writes, and it stays', async () => {
  await using story = await StoryDesk.open(desk);
  const card = newCard();
  await story.place(card);
  await simulated('encode_will_succeed');
  const { acs_credential_id } = await newCredential(story);
  const credential = encodedIn(await endOf(story, await story.encode({ acs_credential_id })));
  expect(credential.card_number).toBe(numberOf(card));
  expect(await endOf(story, await story.scan())).toMatchObject({
    result: { acs_credential_on_seam: { acs_credential_id }, warnings: [] },
  });
});

test('the next scan finds a credential of this site, the one that is named or the first', async () => {
  await using story = await StoryDesk.open(desk);
  const card = newCard();
  const { acs_credential_id, ends_at } = await issued(story, card);
  await simulated('scan_will_succeed', { acs_credential_id_on_seam: acs_credential_id });
  expect((await endOf(story, await story.scan())).result).toMatchObject({
    acs_credential_on_encoder: { card_number: numberOf(card), ends_at, record_standing: 'authentic' },
    acs_credential_on_seam: { acs_credential_id },
    warnings: [],
  });
  await simulated('scan_will_succeed');
  expect((await endOf(story, await story.scan())).result).toMatchObject({
    acs_credential_on_encoder: { is_issued: true },
    acs_credential_on_seam: { is_issued: true },
  });
});

test('the next scan finds a card that needs an update', async () => {
  await using story = await StoryDesk.open(desk);
  const { acs_credential_id } = await issued(story, newCard());
  await simulated('scan_will_succeed', {
    scenario: 'credential_on_encoder_needs_update',
    acs_credential_id_on_seam: acs_credential_id,
  });
  expect((await endOf(story, await story.scan())).result).toMatchObject({
    acs_credential_on_seam: { acs_credential_id },
    warnings: [{ warning_code: 'acs_credential_on_encoder_out_of_sync' }],
  });
});

test('the next scan finds a credential that nobody has here, or nothing', async () => {
  await using story = await StoryDesk.open(desk);
  await simulated('scan_will_succeed', { scenario: 'credential_does_not_exist_on_seam' });
  expect((await endOf(story, await story.scan())).result).toMatchObject({
    acs_credential_on_encoder: { is_issued: true, acs_credential_id: expect.any(String) },
    acs_credential_on_seam: null,
    warnings: [{ warning_code: 'acs_credential_on_seam_not_found' }],
  });
  await simulated('scan_will_succeed', { scenario: 'credential_on_encoder_is_empty' });
  expect((await endOf(story, await story.scan())).result).toMatchObject({
    acs_credential_on_encoder: { created_at: null, is_issued: null, starts_at: null, ends_at: null },
    acs_credential_on_seam: null,
  });
});

test('of two things that are asked for the later counts', async () => {
  await using story = await StoryDesk.open(desk);
  await simulated('scan_will_fail');
  await simulated('scan_will_succeed', { scenario: 'credential_on_encoder_is_empty' });
  expect(await endOf(story, await story.scan())).toMatchObject({ status: 'success' });
});

test('a restart forgets what was asked for', async () => {
  await simulated('scan_will_fail');
  await desk.restart();
  await using story = await StoryDesk.open(desk);
  const asked = await story.scan();
  await story.hint(asked.action_attempt_id, /Place the card/);
});

test('what makes no sense is refused', async () => {
  const { acs_credential_id } = { acs_credential_id: crypto.randomUUID() };
  const tries = [
    ['encode_will_fail', { error_code: 'card_on_fire' }, 400, 'invalid_input'],
    ['encode_will_fail', { acs_credential_id }, 400, 'invalid_input'],
    [
      'encode_will_fail',
      { error_code: 'uncategorized_error', acs_credential_id },
      404,
      'acs_credential_not_found',
    ],
    ['encode_will_fail', { acs_encoder_id: crypto.randomUUID() }, 404, 'acs_encoder_not_found'],
    ['scan_will_fail', { error_code: 'encoding_interrupted' }, 400, 'invalid_input'],
    [
      'scan_will_succeed',
      { scenario: 'credential_on_encoder_is_empty', acs_credential_id_on_seam: 'x' },
      400,
      'invalid_input',
    ],
    ['scan_will_succeed', { acs_credential_id_on_seam: acs_credential_id }, 404, 'acs_credential_not_found'],
    ['encode_will_succeed', { scenario: 'credential_is_lost' }, 400, 'invalid_input'],
  ] as const;
  for (const [what, parameters, status, type] of tries) {
    expect(await simulate(what, parameters)).toMatchObject({ status, body: { error: { type } } });
  }
});
