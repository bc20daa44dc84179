import { expect, test } from 'vitest';
import { newCard, numberOf, StoryDesk } from '../../../stories/story-desk.ts';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/v1/encoders/inspect_card', (stand) => {
  test('says what a card is and whose', async () => {
    await using story = await StoryDesk.open(stand.desk);
    const card = newCard();
    const { status, result } = await story.serve(await story.inspect(), card);
    expect(status).toBe('success');
    expect(result).toMatchObject({
      card: { uid: card.uid, card_number: numberOf(card), technology: card.technology },
      acs_credential_on_seam: null,
    });
  });

  test('refuses an encoder that is not here', async () => {
    const body = { acs_encoder_id: crypto.randomUUID() };
    expect(await refused(stand.raw.post('/v1/encoders/inspect_card', body))).toBe('acs_encoder_not_found');
  });
});
