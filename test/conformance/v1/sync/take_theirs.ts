import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { messageOf, refusedUser } from '../../refused-changes.ts';
import { refused } from '../../stand.ts';

const path = '/v1/sync/take_theirs';

operation(path, (stand) => {
  test('forgets a refused change, and removes what the backend does not have', async () => {
    const { acs_user_id, message_id } = await refusedUser(stand);
    expect((await stand.raw.post(path, { message_id })).body).toEqual({ ok: true });
    expect(messageOf(stand, message_id)).toMatchObject({ state: 'dropped' });
    expect(await refused(stand.seam.acs.users.get({ acs_user_id }))).toBe('acs_user_not_found');
    expect(await refused(stand.raw.post(path, { message_id }))).toBe('message_not_found');
  });

  test('keeps what the backend has, to be read again', async () => {
    const { acs_user_id, message_id } = await refusedUser(stand);
    stand.desk.inStore(({ sharedResources }) =>
      sharedResources.note({ kind: 'acs_user', id: acs_user_id }, acs_user_id, 1, Date.now()),
    );
    await stand.raw.post(path, { message_id });
    expect((await stand.seam.acs.users.get({ acs_user_id })).acs_user_id).toBe(acs_user_id);
    const held = stand.desk.inStore(({ heldItems }) => heldItems.among('acs_user', [acs_user_id]));
    expect(held).toEqual([acs_user_id]);
    stand.desk.inStore(({ heldItems, sharedResources }) => {
      heldItems.clear();
      sharedResources.clear();
    });
  });

  test('refuses what is not there', async () => {
    expect(await refused(stand.raw.post(path, { message_id: 'x' }))).toBe('message_not_found');
    expect(await refused(stand.raw.post(path, {}))).toBe('invalid_input');
  });
});
