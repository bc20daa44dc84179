import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/acs/entrances/get', (stand) => {
  test('gives the entrance that is named', async () => {
    const display_name = stand.word('Gate ');
    const acs_entrance_id = await stand.entrance(display_name);
    expect(await stand.seam.acs.entrances.get({ acs_entrance_id })).toMatchObject({
      ...{ acs_entrance_id, display_name },
      acs_system_id: stand.desk.systemId,
      can_unlock_with_card: true,
      can_unlock_with_code: true,
      space_ids: [],
    });
  });

  test('refuses an id that no entrance has', async () => {
    const acs_entrance_id = crypto.randomUUID();
    expect(await refused(stand.seam.acs.entrances.get({ acs_entrance_id }))).toBe('acs_entrance_not_found');
  });
});
