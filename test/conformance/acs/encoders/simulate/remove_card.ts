import { expect, test } from 'vitest';
import { newCard, StoryDesk } from '../../../../stories/story-desk.ts';
import { operation } from '../../../conformance.ts';
import { refused } from '../../../stand.ts';

operation('/acs/encoders/simulate/remove_card', (stand) => {
  const remove = (acs_encoder_id: string) =>
    stand.raw.post('/acs/encoders/simulate/remove_card', { acs_encoder_id });

  test('takes the card away, and does no harm where none lies', async () => {
    await using story = await StoryDesk.open(stand.desk);
    const order = newCard();
    await story.place(order);
    const before = story.live.frames.length;
    for (const _ of ['a card', 'none']) {
      expect(await remove(stand.desk.encoderId)).toMatchObject({ status: 200, body: { ok: true } });
    }
    await story.live.next('card.removed', ({ card }) => card.uid === order.uid, before);
  });

  test('refuses an encoder that is not here', async () => {
    expect(await refused(remove(crypto.randomUUID()))).toBe('acs_encoder_not_found');
  });
});
