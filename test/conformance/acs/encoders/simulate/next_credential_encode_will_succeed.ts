import { expect, test } from 'vitest';
import { operation } from '../../../conformance.ts';
import { refused } from '../../../stand.ts';

operation('/acs/encoders/simulate/next_credential_encode_will_succeed', (stand) => {
  const simulate = (parameters: { acs_encoder_id: string; scenario?: 'credential_is_issued' }) =>
    stand.seam.acs.encoders.simulate.nextCredentialEncodeWillSucceed(parameters);

  test('lets the next encode succeed without a hand', async () => {
    const { encoderId: acs_encoder_id } = stand.desk;
    for (const scenario of [{}, { scenario: 'credential_is_issued' as const }]) {
      await simulate({ acs_encoder_id, ...scenario });
      const acs_credential_id = await stand.credential();
      const attempt = await stand.seam.acs.encoders.encodeCredential({ acs_encoder_id, acs_credential_id });
      expect(attempt.result).toMatchObject({ acs_credential_id, is_issued: true });
    }
  });

  test('refuses an encoder that is not here', async () => {
    expect(await refused(simulate({ acs_encoder_id: crypto.randomUUID() }))).toBe('acs_encoder_not_found');
  });
});
