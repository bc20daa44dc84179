import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { messageOf, refusedOfThing, refusedUser } from '../../refused-changes.ts';
import { refused } from '../../stand.ts';

const path = '/v1/sync/drop';

operation(path, (stand) => {
  test('forgets a refused change, and leaves what is here', async () => {
    const { acs_user_id, message_id } = await refusedUser(stand);
    const before = await stand.seam.acs.users.get({ acs_user_id });
    expect((await stand.raw.post(path, { message_id })).body).toEqual({ ok: true });
    expect(messageOf(stand, message_id)).toMatchObject({ state: 'dropped' });
    expect(await refusedOfThing(stand, acs_user_id)).toEqual([]);
    expect(await stand.seam.acs.users.get({ acs_user_id })).toEqual(before);
    expect(await refused(stand.raw.post(path, { message_id }))).toBe('message_not_found');
  });

  test('refuses what is not there', async () => {
    expect(await refused(stand.raw.post(path, { message_id: 'x' }))).toBe('message_not_found');
    expect(await refused(stand.raw.post(path, {}))).toBe('invalid_input');
  });
});
