import { isSeamActionAttemptFailedError } from '@seamapi/http';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { cardWrite } from '../../src/api/wire/card-write.ts';
import { Desk, openDeskFirst } from './desk.ts';
import { ENCODE_STORIES, encodedIn, inDays, issued, newCredential } from './encode-stories.ts';
import { tellStory } from './scan-stories.ts';
import { newCard, numberOf, StoryDesk } from './story-desk.ts';

const ENCODE = '/acs/encoders/encode_credential';

const failure = (answer: PromiseLike<unknown>): Promise<unknown> =>
  Promise.resolve(answer).then(
    () => expect.fail('it was not refused'),
    (error: unknown) => error,
  );

describe('on the virtual encoder', () => {
  let desk: Desk;
  openDeskFirst((opened) => {
    desk = opened;
  });

  test.each(ENCODE_STORIES)('$fact', (story) => tellStory(story, desk));

  test('the official client has a credential written and scanned', async () => {
    await using story = await StoryDesk.open(desk);
    const { seam, encoderId: acs_encoder_id } = desk;
    const card = newCard();
    const { acs_credential_id } = await newCredential(story);
    const soon = { waitForActionAttempt: { pollingInterval: 20 } };
    const waiting = seam.acs.encoders.encodeCredential({ acs_encoder_id, acs_credential_id }, soon).execute();
    await story.live.next(
      'action_attempt.changed',
      ({ action_attempt }) => action_attempt.hint !== undefined,
    );
    await desk.placeCard(card);
    expect(await waiting).toMatchObject({
      action_type: 'ENCODE_CREDENTIAL',
      status: 'success',
      result: { acs_credential_id, card_number: numberOf(card), is_issued: true },
    });
    const scanned = await seam.acs.encoders.scanCredential({ acs_encoder_id }, soon);
    expect(scanned).toMatchObject({
      result: { acs_credential_on_seam: { acs_credential_id }, warnings: [] },
    });
    await desk.removeCard();
  });

  test('a refusal reaches the official client as its own error', async () => {
    await using story = await StoryDesk.open(desk);
    const { acs_credential_id } = await issued(story, newCard());
    await story.place(newCard());
    const error = await failure(
      desk.seam.acs.encoders.encodeCredential(
        { acs_encoder_id: desk.encoderId, acs_credential_id },
        { waitForActionAttempt: { pollingInterval: 20 } },
      ),
    );
    expect(isSeamActionAttemptFailedError(error)).toBe(true);
    expect(error).toMatchObject({ code: 'credential_cannot_be_reissued' });
  });

  test('a card that was lifted in the middle is finished when it is put back, and the journal says so', async () => {
    await using story = await StoryDesk.open(desk);
    const card = newCard();
    const { acs_credential_id } = await newCredential(story);
    const asked = await story.encode({ acs_credential_id });
    await desk.placeCard({ ...card, faults: { delay_ms: 10 } });
    await story.live.next('action_attempt.changed', ({ action_attempt: { action_attempt_id, progress } }) => {
      return action_attempt_id === asked.action_attempt_id && progress !== undefined;
    });
    await desk.removeCard();
    await story.hint(asked.action_attempt_id, /Put the same card back/);
    const journal = async (filter: object) =>
      (await desk.raw.ask('/v1/card_writes/list', filter, z.object({ card_writes: z.array(cardWrite) })))
        .card_writes;
    const open = await journal({ card_uid: card.uid.toLowerCase(), is_open: true });
    expect(open).toMatchObject([
      {
        card: { uid: card.uid, technology: 'ntag215' },
        acs_credential_id,
        issue_counter: 1,
        format: 'ntag',
        image: 'record',
        action_attempt_id: asked.action_attempt_id,
        outcome: null,
      },
    ]);
    expect(open[0]).not.toHaveProperty('preimage');
    encodedIn(await story.serve(asked, card));
    expect(await journal({ card_uid: card.uid })).toMatchObject([
      { outcome: 'repaired', ended_at: expect.any(String) },
    ]);
    expect(await journal({ card_uid: card.uid, is_open: true })).toEqual([]);
  });

  test('what cannot be written is said at once', async () => {
    const { encoderId: acs_encoder_id } = desk;
    await using story = await StoryDesk.open(desk);
    const acs_user_id = await story.guest('Coded');
    const code = await desk.seam.acs.credentials.create({ acs_user_id, access_method: 'code', code: '4711' });
    const { acs_credential_id } = await newCredential(story);
    const tries = [
      [
        { acs_encoder_id, acs_credential_id: code.acs_credential_id },
        'invalid_input',
        /access_method "card"/,
      ],
      [
        { acs_encoder_id, acs_credential_id: crypto.randomUUID() },
        'acs_credential_not_found',
        /no credential/,
      ],
      [{ acs_encoder_id: crypto.randomUUID(), acs_credential_id }, 'acs_encoder_not_found', /no encoder/],
      [{ acs_encoder_id, access_method_id: crypto.randomUUID() }, 'invalid_input', /no access methods/],
      [{ acs_encoder_id }, 'invalid_input', /acs_credential_id is required/],
    ] as const;
    for (const [parameters, type, message] of tries) {
      const answer = await desk.raw.post(ENCODE, parameters);
      expect(answer.body).toMatchObject({ error: { type, message: expect.stringMatching(message) } });
    }
    const encoder = await desk.seam.acs.encoders.get({ acs_encoder_id });
    expect(encoder).toMatchObject({ state: 'online' });
  });

  test('what an app may not do is refused: writing needs the scope encode', async () => {
    const scanner = desk.app('scanner', ['read', 'scan']);
    const writer = desk.app('writer', ['read', 'encode']);
    const { encoderId: acs_encoder_id } = desk;
    const missing = { status: 403, body: { error: { type: 'missing_scope' } } };
    for (const path of [ENCODE, '/v1/encoders/erase_card']) {
      expect(await scanner.post(path, { acs_encoder_id })).toMatchObject(missing);
    }
    expect(await writer.post('/v1/encoders/inspect_card', { acs_encoder_id })).toMatchObject(missing);
    expect(await scanner.post('/v1/entrances/create', { display_name: 'Back door' })).toMatchObject(missing);
  });
});

describe('a DESFire of each generation', () => {
  test.each(['ev1', 'ev2', 'ev3'] as const)('%s is written and read', async (generation) => {
    await using desk = await Desk.open();
    await using story = await StoryDesk.open(desk);
    const card = newCard('mifare_desfire');
    const { acs_credential_id } = await newCredential(story);
    const asked = await story.encode({ acs_credential_id });
    await desk.placeCard({ ...card, generation });
    encodedIn(await story.end(asked.action_attempt_id));
    const scanned = await story.end((await story.scan()).action_attempt_id);
    expect(scanned.result).toMatchObject({
      acs_credential_on_encoder: { format: 'mifare_desfire', record_standing: 'authentic' },
      warnings: [],
    });
  });
});

describe('a site with one format', () => {
  test('does not write what that does not fit, and leaves it as it was', async () => {
    await using desk = await Desk.open({ config: { card_formats: ['ntag'] } });
    await using story = await StoryDesk.open(desk);
    const { acs_credential_id } = await newCredential(story);
    const card = newCard('mifare_classic_1k');
    const ended = await story.serve(await story.encode({ acs_credential_id }), card);
    expect(ended.error).toMatchObject({
      type: 'incompatible_card_format',
      reason: 'card_format_unsupported',
    });
    const inspected = await story.serve(await story.inspect(), card);
    expect(inspected.result).toMatchObject({ format: null, record_standing: 'foreign', record: null });
    const erased = await story.serve(await story.erase({ overwrite: true }), card);
    expect(erased.error).toMatchObject({ reason: 'card_format_unsupported' });
  });
});

describe('entrances and changes of a credential', () => {
  let desk: Desk;
  openDeskFirst(
    (opened) => {
      desk = opened;
    },
    { config: { site: { entrances: ['Front door', 'Car park'] } } },
  );

  test('the entrances of the configuration are there, once, after every start', async () => {
    const before = await desk.seam.acs.entrances.list();
    expect(before.map(({ display_name }) => display_name)).toEqual(['Front door', 'Car park']);
    await desk.restart();
    expect(await desk.seam.acs.entrances.list()).toEqual(before);
    const added = await desk.seam.events.list({
      since: '2000-01-01T00:00:00Z',
      event_type: 'acs_entrance.added',
    });
    expect(added).toHaveLength(2);
    expect(added[0]).toMatchObject({ acs_entrance_id: before[0]?.acs_entrance_id });
  });

  test('an entrance is made with a name of its own, and has a number', async () => {
    const made = await desk.raw.post('/v1/entrances/create', { display_name: 'Pool' });
    expect(made).toMatchObject({
      status: 200,
      body: { acs_entrance: { display_name: 'Pool', number: 3, can_unlock_with_card: true } },
    });
    const { acs_entrance_id } = Object(made.body).acs_entrance;
    expect(await desk.seam.acs.entrances.get({ acs_entrance_id })).toEqual(Object(made.body).acs_entrance);
    expect(await desk.raw.post('/v1/entrances/create', { display_name: 'Pool' })).toMatchObject({
      status: 409,
      body: { error: { type: 'duplicate_entrance', data: { acs_entrance_id } } },
    });
    const unknown = await failure(desk.seam.acs.entrances.get({ acs_entrance_id: crypto.randomUUID() }));
    expect(unknown).toMatchObject({ code: 'acs_entrance_not_found', statusCode: 404 });
  });

  test('entrances are found by every filter of Seam’s, page by page', async () => {
    const { seam } = desk;
    const all = await seam.acs.entrances.list();
    const [first, second] = all;
    if (first === undefined || second === undefined) return expect.fail('no entrances');
    const names = async (filter: Parameters<typeof seam.acs.entrances.list>[0]) =>
      (await seam.acs.entrances.list(filter)).map(({ display_name }) => display_name);
    expect(await names({ search: 'front' })).toEqual(['Front door']);
    expect(await names({ acs_entrance_ids: [second.acs_entrance_id] })).toEqual(['Car park']);
    expect(await names({ acs_system_id: desk.systemId })).toHaveLength(all.length);
    expect(await names({ connected_account_id: crypto.randomUUID() })).toEqual([]);
    expect(await names({ space_id: crypto.randomUUID() })).toEqual([]);
    const pages = seam.createPaginator(seam.acs.entrances.list({ limit: 1 }));
    expect(await pages.flattenToArray()).toEqual(all);
    const elsewhere = await failure(seam.acs.entrances.list({ acs_system_id: crypto.randomUUID() }));
    expect(elsewhere).toMatchObject({ code: 'acs_system_not_found' });
    const nobody = await failure(seam.acs.entrances.list({ acs_credential_id: crypto.randomUUID() }));
    expect(nobody).toMatchObject({ code: 'acs_credential_not_found' });
  });

  test('a credential opens the entrances that it was made for, each once', async () => {
    await using story = await StoryDesk.open(desk);
    const { seam } = desk;
    const acs_user_id = await story.guest('Driver');
    const [, carPark] = await seam.acs.entrances.list();
    const id = carPark?.acs_entrance_id ?? '';
    const { acs_credential_id } = await seam.acs.credentials.create({
      acs_user_id,
      access_method: 'card',
      allowed_acs_entrance_ids: [id, id],
    });
    expect(await seam.acs.credentials.listAccessibleEntrances({ acs_credential_id })).toEqual([carPark]);
    expect(await seam.acs.entrances.list({ acs_credential_id })).toEqual([carPark]);
    const wrong = await failure(
      seam.acs.credentials.create({
        acs_user_id,
        access_method: 'card',
        allowed_acs_entrance_ids: [id, crypto.randomUUID()],
      }),
    );
    expect(wrong).toMatchObject({ code: 'acs_entrance_not_found', statusCode: 404 });
    expect(await seam.acs.credentials.list({ acs_user_id })).toHaveLength(1);
  });

  test('a credential is changed within its rules', async () => {
    await using story = await StoryDesk.open(desk);
    const { seam } = desk;
    const acs_user_id = await story.guest('Changing');
    const make = (code: string) =>
      seam.acs.credentials.create({ acs_user_id, access_method: 'code', code, starts_at: inDays(1) });
    const [one, two] = [await make('100200'), await make('300400')];
    const card = await newCredential(story);
    const { acs_credential_id } = one;
    const ends_at = inDays(2);
    await seam.acs.credentials.update({ acs_credential_id, code: '500600', ends_at });
    const changed = await seam.acs.credentials.get({ acs_credential_id });
    expect(changed).toEqual({ ...one, code: '500600', ends_at, display_name: 'Code 50****' });
    const refused = [
      [{ acs_credential_id, code: two.code ?? '' }, 'duplicate_code'],
      [{ acs_credential_id, code: 'abc' }, 'invalid_input'],
      [{ acs_credential_id, ends_at: inDays(0.5) }, 'invalid_input'],
      [{ acs_credential_id, ends_at: inDays(-1) }, 'invalid_input'],
      [{ acs_credential_id: crypto.randomUUID(), ends_at: inDays(2) }, 'acs_credential_not_found'],
      [{ acs_credential_id: card.acs_credential_id, code: two.code ?? '' }, 'duplicate_code'],
    ] as const;
    for (const [parameters, code] of refused) {
      expect(await failure(seam.acs.credentials.update(parameters))).toMatchObject({ code });
    }
    expect(await seam.acs.credentials.get({ acs_credential_id })).toEqual(changed);
  });
});
