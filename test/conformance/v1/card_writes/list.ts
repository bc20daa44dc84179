import { expect, test } from 'vitest';
import { newCard, StoryDesk } from '../../../stories/story-desk.ts';
import { operation } from '../../conformance.ts';

operation('/v1/card_writes/list', (stand) => {
  test('tells what was written, by card, by credential and by whether it is open', async () => {
    await using story = await StoryDesk.open(stand.desk);
    const acs_credential_id = await stand.credential();
    const card = newCard();
    await story.serve(await story.encode({ acs_credential_id }), card);
    const writes = async (parameters: object) =>
      Object((await stand.raw.post('/v1/card_writes/list', parameters)).body).card_writes;
    const [write] = await writes({ acs_credential_id });
    expect(write).toMatchObject({ acs_credential_id, card: { uid: card.uid } });
    expect(await writes({ card_uid: card.uid.toLowerCase() })).toEqual([write]);
    expect(await writes({ acs_credential_id, is_open: false })).toEqual([write]);
    expect(await writes({ acs_credential_id, is_open: true })).toEqual([]);
    expect(await writes({ acs_credential_id: crypto.randomUUID() })).toEqual([]);
  });
});
