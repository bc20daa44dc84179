import { expect, test } from 'vitest';
import { z } from 'zod';
import { newCard, StoryDesk } from '../../../stories/story-desk.ts';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

const path = '/v1/flight_recorder/list';
const answer = z.object({
  records: z.array(
    z.looseObject({ sequence: z.int(), kind: z.string(), acs_encoder_id: z.string().nullable() }),
  ),
  last_sequence: z.int(),
});

operation(path, (stand) => {
  test('tells what passed at an encoder, and nothing of what the card holds', async () => {
    await using story = await StoryDesk.open(stand.desk);
    const before = answer.parse((await stand.admin.post(path, { limit: 10_000 })).body).last_sequence;
    const card = newCard();
    await story.serve(await story.scan(), card);
    const { body } = await stand.admin.post(path, { after: before, limit: 10_000 });
    const { records } = answer.parse(body);
    const own = records.filter(({ acs_encoder_id }) => acs_encoder_id === stand.desk.encoderId);
    expect(own).toContainEqual(
      expect.objectContaining({
        kind: 'apdu',
        command: 'FF CA 00 00',
        name: 'get data',
        status_word: '9000',
      }),
    );
    expect(own).toContainEqual(expect.objectContaining({ kind: 'event', event: 'card_presented' }));
    expect(JSON.stringify(records).toUpperCase()).not.toContain(card.uid.toUpperCase());
    const sequences = records.map(({ sequence }) => sequence);
    expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
    expect(sequences[0]).toBeGreaterThan(before);
  });

  test('is for administrators', async () => {
    expect(await refused(stand.raw.post(path, {}))).toBe('missing_scope');
  });
});
