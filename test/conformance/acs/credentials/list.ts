import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/acs/credentials/list', (stand) => {
  const list = async (parameters: object = {}) =>
    (await stand.seam.acs.credentials.list(parameters)).map(({ acs_credential_id }) => acs_credential_id);

  test('gives the credentials of a user, a person and a system', async () => {
    const { systemId: acs_system_id } = stand.desk;
    const user_identity_id = await stand.identity();
    const first = await stand.credential({ user_identity_id, acs_system_id });
    const second = await stand.credential({ user_identity_id, access_method: 'code' });
    const { acs_user_id } = await stand.seam.acs.credentials.get({ acs_credential_id: first });
    await stand.credential();
    expect(await list({ acs_user_id })).toEqual([first, second]);
    expect(await list({ acs_user_id, acs_system_id })).toEqual([first, second]);
    expect(await list({ user_identity_id })).toEqual([first, second]);
    expect(await list({ acs_system_id })).toEqual(expect.arrayContaining([first, second]));
    expect(await list()).toEqual(expect.arrayContaining([first, second]));
    expect(await list({ acs_user_id: crypto.randomUUID() })).toEqual([]);
    expect(await list({ user_identity_id: crypto.randomUUID() })).toEqual([]);
    expect(await refused(list({ acs_system_id: crypto.randomUUID() }))).toBe('acs_system_not_found');
  });

  test('finds by part of a code, a name, or an id', async () => {
    const code = stand.pin();
    const acs_user_id = await stand.user();
    const pin = await stand.credential({ acs_user_id, access_method: 'code', code });
    const phone = { acs_user_id, access_method: 'mobile_key', is_multi_phone_sync_credential: true };
    const key = await stand.credential(phone);
    expect(await list({ search: code.slice(2) })).toEqual([pin]);
    expect(await list({ acs_user_id, search: 'multi phone' })).toEqual([key]);
    expect(await list({ acs_user_id, search: `Code ${code.slice(0, 2)}*` })).toEqual([pin]);
    expect(await list({ search: acs_user_id })).toEqual([pin, key]);
    expect(await list({ search: key.slice(4, 30).toUpperCase() })).toEqual([key]);
    expect(await list({ search: stand.word('nothing') })).toEqual([]);
  });

  test('tells keys for every phone from the others', async () => {
    const acs_user_id = await stand.user();
    const phone = { acs_user_id, access_method: 'mobile_key' };
    const synced = await stand.credential({ ...phone, is_multi_phone_sync_credential: true });
    const single = await stand.credential(phone);
    const card = await stand.credential({ acs_user_id });
    expect(await list({ acs_user_id, is_multi_phone_sync_credential: true })).toEqual([synced]);
    expect(await list({ acs_user_id, is_multi_phone_sync_credential: false })).toEqual([single, card]);
  });

  test('gives those that were made before a time, whatever its offset', async () => {
    const acs_user_id = await stand.user();
    const acs_credential_id = await stand.credential({ acs_user_id });
    const { created_at } = await stand.seam.acs.credentials.get({ acs_credential_id });
    const at = Date.parse(created_at);
    const after = new Date(at + 1).toISOString();
    expect(await list({ acs_user_id, created_before: created_at })).toEqual([]);
    expect(await list({ acs_user_id, created_before: after })).toEqual([acs_credential_id]);
    const eastern = new Date(at + 1 + 7_200_000).toISOString().replace('Z', '+02:00');
    expect(await list({ acs_user_id, created_before: eastern })).toEqual([acs_credential_id]);
  });

  test('gives every credential once, page by page, while others are made', async () => {
    const acs_user_id = await stand.user();
    const made: string[] = [];
    for (let n = 0; n < 5; n += 1) made.push(await stand.credential({ acs_user_id, access_method: 'code' }));
    const found: string[] = [];
    const pages = stand.seam.createPaginator(stand.seam.acs.credentials.list({ acs_user_id, limit: 2 }));
    for await (const page of pages) {
      found.push(...page.map(({ acs_credential_id }) => acs_credential_id));
      if (found.length === 2) made.push(await stand.credential({ acs_user_id, access_method: 'code' }));
    }
    expect(found).toEqual(made);
  });

  test('refuses parameters of a wrong kind', async () => {
    for (const query of ['search=', 'limit=0', 'created_before=monday', 'page_cursor=nonsense']) {
      const answer = stand.raw.request('GET', '/acs/credentials/list', { query });
      expect(await refused(answer), query).toBe('invalid_input');
    }
  });
});
