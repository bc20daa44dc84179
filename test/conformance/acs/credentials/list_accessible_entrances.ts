import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/acs/credentials/list_accessible_entrances', (stand) => {
  const opened = async (acs_credential_id: string) => {
    const list = await stand.seam.acs.credentials.listAccessibleEntrances({ acs_credential_id });
    return list.map(({ acs_entrance_id }) => acs_entrance_id);
  };

  test('gives what a credential opens by itself, and what its holder may open; nothing while it has none', async () => {
    const [gate, pool, spa] = [await stand.entrance(), await stand.entrance(), await stand.entrance()];
    const acs_user_id = await stand.user();
    const id = await stand.credential({ acs_user_id, allowed_acs_entrance_ids: [pool] });
    expect(await opened(id)).toEqual([pool]);
    await stand.seam.acs.entrances.grantAccess({ acs_entrance_id: gate, acs_user_id });
    const acs_access_group_id = await stand.group({ acs_entrance_ids: [spa] });
    await stand.seam.acs.users.addToAccessGroup({ acs_access_group_id, acs_user_id });
    expect(await opened(id)).toEqual([gate, pool, spa]);
    await stand.seam.acs.users.suspend({ acs_user_id });
    expect(await opened(id)).toEqual([]);
    await stand.seam.acs.credentials.unassign({ acs_credential_id: id, acs_user_id });
    expect(await opened(id)).toEqual([]);
    await stand.seam.acs.credentials.assign({ acs_credential_id: id, acs_user_id: await stand.user() });
    expect(await opened(id)).toEqual([pool]);
  });

  test('refuses what there is not', async () => {
    expect(await refused(opened(crypto.randomUUID()))).toBe('acs_credential_not_found');
  });
});
