import { expect, test } from 'vitest';
import { Desk, openDeskFirst } from './desk.ts';
import { encodedIn, inDays, issued, newCredential } from './encode-stories.ts';
import { credentialOf } from './scan-stories.ts';
import { newCard, numberOf, StoryDesk } from './story-desk.ts';

let desk: Desk;
openDeskFirst(
  (opened) => {
    desk = opened;
  },
  { config: { site: { external_type: 'pti_site', entrances: ['Gate'] } } },
);

/** In the middle of an NTAG's write. */
const pulled = { pulled_at: { exchange: 18, moment: 'after' } };

/** An attempt whose card was lifted in the middle of the write of a new credential. */
async function torn(at: Desk, story: StoryDesk) {
  const card = newCard();
  const { acs_credential_id } = await newCredential(story);
  const { action_attempt_id } = await story.encode({ acs_credential_id });
  await at.placeCard({ ...card, faults: pulled });
  await story.hint(action_attempt_id, /same card back/);
  return { card, acs_credential_id, action_attempt_id };
}

/** The same, and the daemon was started anew since. */
async function tornAndRestarted(at: Desk) {
  await using story = await StoryDesk.open(at);
  const left = await torn(at, story);
  await at.restart();
  return left;
}

const warningsOf = async (acs_credential_id: string) => {
  const { warnings } = await desk.seam.acs.credentials.get({ acs_credential_id });
  return warnings.map(({ warning_code }) => warning_code);
};

test('in a PTI access system a code is a whole number from 1 to 4294967296', async () => {
  await using story = await StoryDesk.open(desk);
  const acs_user_id = await story.guest('Storage customer');
  const make = (code: string) =>
    desk.raw.post('/acs/credentials/create', { acs_user_id, access_method: 'code', code });
  for (const code of ['0', '007', '4294967297']) {
    expect(await make(code)).toMatchObject({ status: 400, body: { error: { type: 'invalid_input' } } });
  }
  expect(await make('4294967296')).toMatchObject({ status: 200 });
  const card = { acs_user_id, access_method: 'card', code: '0001234567' };
  expect(await desk.raw.post('/acs/credentials/create', card)).toMatchObject({ status: 200 });
});

test('a card that was registered by its number is its user’s credential once it is scanned', async () => {
  await using story = await StoryDesk.open(desk);
  const card = newCard();
  const number = numberOf(card);
  const acs_user_id = await story.guest('Key holder');
  const made = await desk.seam.acs.credentials.create({ acs_user_id, access_method: 'card', code: number });
  expect(made).toMatchObject({ display_name: `Card ${number.slice(0, 3)}***`, is_issued: false });
  const scanned = await story.serve(await story.scan(), card);
  expect(scanned.result).toMatchObject({ acs_credential_on_seam: made, warnings: [] });
  const stranger = { acs_user_id: await story.guest('Stranger') };
  const refused = await story.serve(await story.assign(stranger), card);
  expect(refused.error).toMatchObject({ reason: 'card_belongs_to_another_user' });
  const given = credentialOf(await story.serve(await story.assign({ acs_user_id }), card));
  expect(given).toMatchObject({
    acs_credential_id: made.acs_credential_id,
    acs_user_id,
    code: number,
    card_number: number,
    is_issued: true,
    warnings: [],
  });
  const told = await desk.seam.events.list({
    since: '2000-01-01T00:00:00Z',
    acs_credential_id: made.acs_credential_id,
  });
  expect(told.map(({ event_type }) => event_type)).toEqual(['acs_credential.issued']);
});

test('a credential that is deleted while its card is lifted goes once the card was taken back', async () => {
  await using story = await StoryDesk.open(desk);
  const { seam } = desk;
  const { card, acs_credential_id, action_attempt_id } = await torn(desk, story);
  expect(await warningsOf(acs_credential_id)).toEqual(['waiting_to_be_issued']);
  await seam.acs.credentials.delete({ acs_credential_id });
  expect(await warningsOf(acs_credential_id)).toEqual(['waiting_to_be_issued', 'being_deleted']);
  const gone = { status: 404, body: { error: { type: 'acs_credential_not_found' } } };
  const { secondEncoderId: acs_encoder_id } = desk;
  const elsewhere = { acs_encoder_id, acs_credential_id };
  expect(await desk.raw.post('/acs/encoders/encode_credential', elsewhere)).toMatchObject(gone);
  const owner = { acs_credential_id, acs_user_id: await story.guest('Late') };
  expect(await desk.raw.post('/acs/credentials/assign', owner)).toMatchObject(gone);
  await story.place(card);
  expect((await story.end(action_attempt_id)).error).toMatchObject({ type: 'credential_deleted' });
  await story.live.next('event', ({ event }) => event.event_type === 'acs_credential.deleted');
  expect(await desk.raw.post('/acs/credentials/get', { acs_credential_id })).toMatchObject(gone);
  await story.lift();
  const { result } = await story.serve(await story.inspect(), card);
  expect(result).toMatchObject({ record_standing: 'none', acs_credential_on_seam: null });
});

test('a card that may be half written is told of until it is put on the encoder again', async () => {
  await using own = await Desk.open();
  const { card, acs_credential_id } = await tornAndRestarted(own);
  const get = () => own.seam.acs.credentials.get({ acs_credential_id });
  await using story = await StoryDesk.open(own);
  const { warnings } = await get();
  expect(warnings.map(({ warning_code }) => warning_code)).toEqual([
    'waiting_to_be_issued',
    'unknown_issue_with_acs_credential',
  ]);
  expect(await own.seam.acs.credentials.list({ search: acs_credential_id })).toMatchObject([{ warnings }]);
  encodedIn(await story.serve(await story.encode({ acs_credential_id }), card));
  expect((await get()).warnings).toEqual([]);
});

test('a card whose guest is gone opens nothing, and opens again what it did once it is somebody’s', async () => {
  await using story = await StoryDesk.open(desk);
  const { seam } = desk;
  const card = newCard();
  const acs_user_id = await story.guest('Leaving');
  const { acs_credential_id } = await issued(story, card, acs_user_id);
  const opened = async () => {
    const entrances = await seam.acs.credentials.listAccessibleEntrances({ acs_credential_id });
    return entrances.map(({ display_name }) => display_name);
  };
  const scanned = async () => (await story.serve(await story.scan(), card)).result;
  expect(await opened()).toEqual(['Gate']);
  await seam.acs.users.delete({ acs_user_id });
  expect(await opened()).toEqual([]);
  expect(await warningsOf(acs_credential_id)).toEqual(['needs_to_be_reissued']);
  expect(await scanned()).toMatchObject({
    warnings: [{ warning_code: 'acs_credential_on_encoder_out_of_sync' }],
  });
  const { encoderId: acs_encoder_id } = desk;
  const order = { acs_encoder_id, acs_credential_id };
  expect(await desk.raw.post('/acs/encoders/encode_credential', order)).toMatchObject({
    ...{
      status: 400,
      body: { error: { type: 'invalid_input', message: expect.stringContaining('nobody') } },
    },
  });
  await seam.acs.credentials.assign({ acs_credential_id, acs_user_id: await story.guest('Coming') });
  expect(await opened()).toEqual(['Gate']);
  expect(await warningsOf(acs_credential_id)).toEqual([]);
  expect(await scanned()).toMatchObject({ warnings: [] });
});

test('a card is valid within its guest’s access schedule', async () => {
  await using story = await StoryDesk.open(desk);
  const { seam } = desk;
  const card = newCard();
  const acs_user_id = await story.guest('Guest');
  const { acs_credential_id, starts_at, ends_at } = await issued(story, card, acs_user_id);
  const access_schedule = { starts_at: inDays(0), ends_at: inDays(2) };
  await seam.acs.users.update({ acs_user_id, access_schedule });
  expect(await warningsOf(acs_credential_id)).toEqual(['needs_to_be_reissued']);
  const again = encodedIn(await story.serve(await story.encode({ acs_credential_id }), card));
  expect(again).toMatchObject({ starts_at, ends_at, warnings: [] });
  const { result } = await story.serve(await story.scan(), card);
  expect(result).toMatchObject({
    acs_credential_on_encoder: { starts_at, ends_at: access_schedule.ends_at },
    warnings: [],
  });
});
