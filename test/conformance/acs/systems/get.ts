import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/acs/systems/get', (stand) => {
  test('gives this site, which manages its credentials itself', async () => {
    const { systemId: acs_system_id } = stand.desk;
    expect(await stand.seam.acs.systems.get({ acs_system_id })).toMatchObject({
      acs_system_id,
      name: 'Front desk',
      is_credential_manager: true,
      default_credential_manager_acs_system_id: acs_system_id,
      errors: [],
    });
  });

  test('refuses another system', async () => {
    const acs_system_id = crypto.randomUUID();
    expect(await refused(stand.seam.acs.systems.get({ acs_system_id }))).toBe('acs_system_not_found');
  });
});
