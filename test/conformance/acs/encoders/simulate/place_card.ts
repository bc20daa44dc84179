import { expect, test } from 'vitest';
import { newCard, StoryDesk } from '../../../../stories/story-desk.ts';
import { operation } from '../../../conformance.ts';
import { refused } from '../../../stand.ts';

operation('/acs/encoders/simulate/place_card', (stand) => {
  const PATH = '/acs/encoders/simulate/place_card';
  const place = (card: object, acs_encoder_id = stand.desk.encoderId) =>
    stand.raw.post(PATH, { acs_encoder_id, card });

  test('puts a card there, with the uid that was wanted or one that is drawn', async () => {
    await using story = await StoryDesk.open(stand.desk);
    const { uid } = newCard();
    expect(await place({ technology: 'ntag213', uid })).toMatchObject({
      status: 200,
      body: { card: { uid, technology: 'ntag213' }, ok: true },
    });
    await story.live.next('card.presented', ({ card }) => card.uid === uid);
    const drawn = await place({ technology: 'mifare_classic_1k' });
    expect(drawn).toMatchObject({ body: { card: { uid: expect.stringMatching(/^([0-9A-F]{2})+$/) } } });
  });

  test('refuses an encoder that is not here, and what is no card', async () => {
    expect(await refused(place({ technology: 'ntag215' }, crypto.randomUUID()))).toBe(
      'acs_encoder_not_found',
    );
    expect(await refused(place({ technology: 'parchment' }))).toBe('invalid_input');
    expect(await refused(place({ technology: 'ntag215', uid: 'no uid' }))).toBe('invalid_input');
  });
});
