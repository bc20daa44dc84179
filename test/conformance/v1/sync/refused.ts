import { expect, test } from 'vitest';
import { z } from 'zod';
import { operation } from '../../conformance.ts';
import { forget, refusedOfThing, refusedUser } from '../../refused-changes.ts';

const path = '/v1/sync/refused';

const page = z.object({
  refused_changes: z.array(z.looseObject({ message_id: z.string() })),
  pagination: z.object({ has_next_page: z.boolean(), next_page_cursor: z.string().nullable() }),
});

operation(path, (stand) => {
  test('says what was refused, of whom, why, which fields, and what stands in the way', async () => {
    const rivalId = crypto.randomUUID();
    const refusal = { code: 'taken_above', message: 'The number is taken.', rivalId } as const;
    const { acs_user_id, message_id } = await refusedUser(stand, { ...refusal, fields: ['phoneNumber'] });
    const { full_name } = await stand.seam.acs.users.get({ acs_user_id });
    expect(await refusedOfThing(stand, acs_user_id)).toEqual([
      {
        message_id,
        action: 'updated',
        resource_type: 'acs_user',
        resource_id: acs_user_id,
        name: full_name,
        holder_name: null,
        changed_fields: ['full_name'],
        code: 'taken_above',
        message: 'The number is taken.',
        fields: ['phone_number'],
        rival_id: rivalId,
        waiting_behind_count: 0,
        created_at: expect.stringMatching(/^\d{4}-.*Z$/),
        refused_at: expect.stringMatching(/^\d{4}-.*Z$/),
      },
    ]);
    forget(stand, message_id);
    expect(await refusedOfThing(stand, acs_user_id)).toEqual([]);
  });

  test('gives pages, in the order in which things happened', async () => {
    const made = [await refusedUser(stand), await refusedUser(stand), await refusedUser(stand)];
    const first = await stand.raw.ask(path, { limit: 2 }, page);
    const page_cursor = first.pagination.next_page_cursor;
    const second = await stand.raw.ask(path, { limit: 2, page_cursor }, page);
    const ids = [...first.refused_changes, ...second.refused_changes].map((one) => one.message_id);
    expect(ids).toEqual(made.map(({ message_id }) => message_id));
    expect(second.pagination.has_next_page).toBe(false);
    for (const { message_id } of made) forget(stand, message_id);
  });
});
