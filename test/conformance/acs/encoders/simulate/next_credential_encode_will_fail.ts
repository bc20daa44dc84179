import { expect, test } from 'vitest';
import { operation } from '../../../conformance.ts';
import { refused } from '../../../stand.ts';

operation('/acs/encoders/simulate/next_credential_encode_will_fail', (stand) => {
  test.each([
    'no_credential_on_encoder',
    'encoding_interrupted',
    'uncategorized_error',
    'action_attempt_expired',
  ] as const)('lets the next encode fail with %s', async (error_code) => {
    const { encoderId: acs_encoder_id } = stand.desk;
    await stand.seam.acs.encoders.simulate.nextCredentialEncodeWillFail({ acs_encoder_id, error_code });
    const acs_credential_id = await stand.credential();
    const encode = stand.seam.acs.encoders.encodeCredential({ acs_encoder_id, acs_credential_id });
    expect(await refused(encode)).toBe(error_code);
  });

  test('fails for a credential that is named, with an error that can be of one', async () => {
    const { encoderId: acs_encoder_id } = stand.desk;
    const acs_credential_id = await stand.credential();
    const named = (error_code: 'uncategorized_error' | 'encoding_interrupted') =>
      stand.raw.post('/acs/encoders/simulate/next_credential_encode_will_fail', {
        ...{ acs_encoder_id, error_code, acs_credential_id },
      });
    expect(await named('uncategorized_error')).toMatchObject({ status: 200, body: { ok: true } });
    const encode = stand.seam.acs.encoders.encodeCredential({ acs_encoder_id, acs_credential_id });
    expect(await refused(encode)).toBe('uncategorized_error');
    expect(await refused(named('encoding_interrupted'))).toBe('invalid_input');
  });

  test('refuses an encoder that is not here', async () => {
    const acs_encoder_id = crypto.randomUUID();
    const simulation = stand.seam.acs.encoders.simulate.nextCredentialEncodeWillFail({ acs_encoder_id });
    expect(await refused(simulation)).toBe('acs_encoder_not_found');
  });
});
