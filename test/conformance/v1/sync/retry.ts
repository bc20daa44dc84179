import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { forget, messageOf, refusedOfThing, refusedUser } from '../../refused-changes.ts';
import { refused } from '../../stand.ts';

const path = '/v1/sync/retry';

operation(path, (stand) => {
  test('tells a refused change again, so that it counts', async () => {
    const { acs_user_id, message_id } = await refusedUser(stand);
    expect((await stand.raw.post(path, { message_id })).body).toEqual({ ok: true, retried_count: 1 });
    expect(messageOf(stand, message_id)).toMatchObject({ state: 'waiting', isForced: true, attempts: 0 });
    expect(await refusedOfThing(stand, acs_user_id)).toEqual([]);
    expect(await refused(stand.raw.post(path, { message_id }))).toBe('message_not_found');
    forget(stand, message_id);
  });

  test('tells all of them again', async () => {
    const made = [await refusedUser(stand), await refusedUser(stand)];
    expect((await stand.raw.post(path, { all: true })).body).toEqual({ ok: true, retried_count: 2 });
    for (const { message_id } of made) {
      expect(messageOf(stand, message_id)).toMatchObject({ state: 'waiting' });
      forget(stand, message_id);
    }
    // There is nothing left, and nobody whom it could be told to.
    expect(await refused(stand.raw.post(path, { all: true }))).toBe('bad_request');
  });

  test('refuses half an order, two at once, and what is not there', async () => {
    expect(await refused(stand.raw.post(path, {}))).toBe('invalid_input');
    expect(await refused(stand.raw.post(path, { all: false }))).toBe('invalid_input');
    expect(await refused(stand.raw.post(path, { all: true, message_id: 'x' }))).toBe('invalid_input');
    expect(await refused(stand.raw.post(path, { message_id: 'x' }))).toBe('message_not_found');
  });
});
