import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/acs/systems/list_compatible_credential_manager_acs_systems', (stand) => {
  test('gives this site itself', async () => {
    const { systemId: acs_system_id } = stand.desk;
    const { systems } = stand.seam.acs;
    expect(await systems.listCompatibleCredentialManagerAcsSystems({ acs_system_id })).toEqual([
      await systems.get({ acs_system_id }),
    ]);
  });

  test('refuses another system', async () => {
    const acs_system_id = crypto.randomUUID();
    const request = stand.seam.acs.systems.listCompatibleCredentialManagerAcsSystems({ acs_system_id });
    expect(await refused(request)).toBe('acs_system_not_found');
  });
});
