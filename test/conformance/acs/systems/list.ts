import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';

operation('/acs/systems/list', (stand) => {
  test('gives this site to every filter that fits, and nothing to others', async () => {
    const { systemId: acs_system_id } = stand.desk;
    const system = await stand.seam.acs.systems.get({ acs_system_id });
    const { connected_account_id } = system;
    for (const filter of [{}, { connected_account_id }, { search: 'FRONT' }, { search: acs_system_id }]) {
      expect(await stand.seam.acs.systems.list(filter)).toEqual([system]);
    }
    const unknown = crypto.randomUUID();
    for (const filter of [{ connected_account_id: unknown }, { customer_key: 'x' }, { search: 'back' }]) {
      expect(await stand.seam.acs.systems.list(filter)).toEqual([]);
    }
  });
});
