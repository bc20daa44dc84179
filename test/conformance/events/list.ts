import { expect, test } from 'vitest';
import { operation } from '../conformance.ts';
import { refused } from '../stand.ts';

const LONG_AGO = '2000-01-01T00:00:00Z';

/** A millisecond earlier or later. */
const beside = (at: string, milliseconds: number) => new Date(Date.parse(at) + milliseconds).toISOString();

operation('/events/list', (stand) => {
  /** The life of one user with a code: what happened, in its order. */
  async function live(): Promise<{ acs_user_id: string; acs_credential_id: string }> {
    const acs_user_id = await stand.user();
    const code = stand.pin();
    const acs_credential_id = await stand.credential({ acs_user_id, access_method: 'code', code });
    await stand.seam.acs.credentials.delete({ acs_credential_id });
    await stand.seam.acs.users.delete({ acs_user_id });
    return { acs_user_id, acs_credential_id };
  }

  test('gives what happened in its order, with ids that stay', async () => {
    const { acs_user_id, acs_credential_id } = await live();
    const ofUser = await stand.seam.events.list({ since: LONG_AGO, acs_user_id });
    expect(ofUser.map(({ event_type }) => event_type)).toEqual(['acs_user.created', 'acs_user.deleted']);
    const ofCredential = await stand.seam.events.list({ since: LONG_AGO, acs_credential_id });
    expect(ofCredential.map(({ event_type }) => event_type)).toEqual([
      'acs_credential.issued',
      'acs_credential.deleted',
    ]);
    expect(await stand.seam.events.list({ since: LONG_AGO, acs_credential_id })).toEqual(ofCredential);
    const event_ids = [...ofUser, ...ofCredential].map(({ event_id }) => event_id);
    const named = await stand.seam.events.list({ since: LONG_AGO, event_ids });
    const times = named.map(({ occurred_at }) => occurred_at);
    expect(named).toHaveLength(4);
    expect(times).toEqual(times.toSorted());
  });

  test('takes since and between without their ends', async () => {
    const acs_user_id = await stand.user();
    const [event] = await stand.seam.events.list({ since: LONG_AGO, acs_user_id });
    const at = event?.occurred_at ?? '';
    const count = async (times: { since: string } | { between: [string, string] }) =>
      (await stand.seam.events.list({ ...times, acs_user_id })).length;
    expect(await count({ since: at })).toBe(0);
    expect(await count({ since: beside(at, -1) })).toBe(1);
    expect(await count({ between: [at, beside(at, 1)] })).toBe(0);
    expect(await count({ between: [beside(at, -1), at] })).toBe(0);
    expect(await count({ between: [beside(at, -1), beside(at, 1)] })).toBe(1);
    expect(await count({ since: beside(at, -1).replace('Z', '+00:00') })).toBe(1);
    expect(await refused(stand.raw.post('/events/list', { acs_user_id }))).toBe('invalid_input');
    expect(await refused(stand.raw.post('/events/list', { since: 'yesterday' }))).toBe('invalid_input');
  });

  test('finds by type, and tells of a name that no event has', async () => {
    const { acs_user_id } = await live();
    const of = async (filter: object) => {
      const { body } = await stand.raw.post('/events/list', { since: LONG_AGO, acs_user_id, ...filter });
      return Object(body).events.map((event: unknown) => Object(event).event_type);
    };
    expect(await of({ event_type: 'acs_user.deleted' })).toEqual(['acs_user.deleted']);
    expect(await of({ event_types: ['acs_user.deleted', 'acs_user.created', 'lock.locked'] })).toEqual([
      'acs_user.created',
      'acs_user.deleted',
    ]);
    expect(await of({ event_types: ['lock.locked'] })).toEqual([]);
    const misspelt = { since: LONG_AGO, event_type: 'acs_user.create' };
    expect(await refused(stand.raw.post('/events/list', misspelt))).toBe('invalid_input');
  });

  test('finds by what it happened to, and nothing for what a desk does not have', async () => {
    const { systemId: acs_system_id, encoderId: acs_encoder_id } = stand.desk;
    const added = await stand.seam.events.list({ since: LONG_AGO, acs_encoder_id });
    expect(added).toMatchObject([{ event_type: 'acs_encoder.added', acs_encoder_id, acs_system_id }]);
    const acs_entrance_id = await stand.entrance();
    expect(await stand.seam.events.list({ since: LONG_AGO, acs_entrance_id })).toMatchObject([
      { event_type: 'acs_entrance.added', acs_entrance_id },
    ]);
    const count = async (filter: object) =>
      Object((await stand.raw.post('/events/list', { since: LONG_AGO, ...filter })).body).events.length;
    expect(await count({ acs_system_id })).toBeGreaterThan(2);
    expect(await count({ acs_system_ids: [crypto.randomUUID(), acs_system_id] })).toBeGreaterThan(2);
    const other = crypto.randomUUID();
    for (const name of [
      ...[
        'access_code_id',
        'access_grant_id',
        'access_method_id',
        'acs_access_group_id',
        'acs_credential_id',
      ],
      ...['acs_encoder_id', 'acs_entrance_id', 'acs_system_id', 'acs_user_id', 'connect_webview_id'],
      ...['connected_account_id', 'customer_key', 'device_id', 'space_id', 'user_identity_id'],
    ]) {
      expect(await count({ [name]: other }), name).toBe(0);
    }
    for (const name of [
      ...['access_code_ids', 'access_grant_ids', 'access_method_ids', 'acs_system_ids', 'device_ids'],
      ...['event_ids', 'space_ids'],
    ]) {
      expect(await count({ [name]: [other] }), name).toBe(0);
    }
  });

  test('tells of a group that was deleted', async () => {
    const acs_access_group_id = await stand.group();
    await stand.raw.post('/acs/access_groups/delete', { acs_access_group_id });
    const { events } = Object(
      (await stand.raw.post('/events/list', { since: LONG_AGO, acs_access_group_id })).body,
    );
    expect(events).toMatchObject([{ event_type: 'acs_access_group.deleted', acs_access_group_id }]);
  });

  test('gives so many, from the offset on', async () => {
    const { acs_user_id } = await live();
    const all = await stand.seam.events.list({ since: LONG_AGO, acs_user_id });
    const part = (limit: number, unstable_offset: number) =>
      stand.seam.events.list({ since: LONG_AGO, acs_user_id, limit, unstable_offset });
    expect([...(await part(1, 0)), ...(await part(1, 1)), ...(await part(1, 2))]).toEqual(all);
  });
});
