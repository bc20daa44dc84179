import { expect, test } from 'vitest';
import { newCard, numberOf, StoryDesk } from '../../../stories/story-desk.ts';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/v1/encoders/erase_card', (stand) => {
  test('makes a card blank, and refuses one that still opens something unless that is meant', async () => {
    await using story = await StoryDesk.open(stand.desk);
    const card = newCard();
    const acs_credential_id = await stand.credential();
    await story.serve(await story.encode({ acs_credential_id }), card);
    expect(await story.serve(await story.erase(), card)).toMatchObject({ status: 'error' });
    const erased = await story.serve(await story.erase({ overwrite: true }), card);
    expect(erased).toMatchObject({ status: 'success', result: { card_number: numberOf(card) } });
  });

  test('refuses an encoder that is not here', async () => {
    const body = { acs_encoder_id: crypto.randomUUID() };
    expect(await refused(stand.raw.post('/v1/encoders/erase_card', body))).toBe('acs_encoder_not_found');
  });
});
