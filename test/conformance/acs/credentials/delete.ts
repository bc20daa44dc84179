import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/acs/credentials/delete', (stand) => {
  test('forgets a credential, and its code is free again', async () => {
    const { credentials } = stand.seam.acs;
    const code = stand.pin();
    const acs_credential_id = await stand.credential({ access_method: 'code', code });
    const since = new Date(Date.now() - 1).toISOString();
    await credentials.delete({ acs_credential_id });
    expect(await refused(credentials.get({ acs_credential_id }))).toBe('acs_credential_not_found');
    const told = await stand.seam.events.list({ since, acs_credential_id });
    expect(told.map(({ event_type }) => event_type)).toEqual(['acs_credential.deleted']);
    await stand.credential({ access_method: 'code', code });
  });

  test('refuses what there is not', async () => {
    const acs_credential_id = await stand.credential();
    const { credentials } = stand.seam.acs;
    await credentials.delete({ acs_credential_id });
    expect(await refused(credentials.delete({ acs_credential_id }))).toBe('acs_credential_not_found');
    expect(await refused(stand.raw.request('DELETE', '/acs/credentials/delete'))).toBe('invalid_input');
  });
});
