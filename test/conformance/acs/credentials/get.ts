import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/acs/credentials/get', (stand) => {
  test('gives one credential', async () => {
    const acs_credential_id = await stand.credential({ access_method: 'code', code: stand.pin() });
    expect(await stand.seam.acs.credentials.get({ acs_credential_id })).toMatchObject({ acs_credential_id });
  });

  test('gives nothing that is not here', async () => {
    const { credentials } = stand.seam.acs;
    const unknown = credentials.get({ acs_credential_id: crypto.randomUUID() });
    expect(await refused(unknown)).toBe('acs_credential_not_found');
    expect(await refused(stand.raw.request('GET', '/acs/credentials/get'))).toBe('invalid_input');
  });
});
