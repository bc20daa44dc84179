import { expect, test } from 'vitest';
import { operation } from '../../../conformance.ts';
import { refused } from '../../../stand.ts';

operation('/acs/encoders/simulate/next_credential_scan_will_succeed', (stand) => {
  const encoders = () => stand.seam.acs.encoders;

  test('lets the next scan find a credential of this site, as it is or as it was', async () => {
    const { encoderId: acs_encoder_id } = stand.desk;
    const acs_credential_id = await stand.credential();
    await encoders().simulate.nextCredentialEncodeWillSucceed({ acs_encoder_id });
    await encoders().encodeCredential({ acs_encoder_id, acs_credential_id });
    const warnings = {
      credential_exists_on_seam: [],
      credential_on_encoder_needs_update: [{ warning_code: 'acs_credential_on_encoder_out_of_sync' }],
    };
    for (const scenario of ['credential_exists_on_seam', 'credential_on_encoder_needs_update'] as const) {
      await encoders().simulate.nextCredentialScanWillSucceed({
        ...{ acs_encoder_id, scenario, acs_credential_id_on_seam: acs_credential_id },
      });
      const { result } = await encoders().scanCredential({ acs_encoder_id });
      expect(result).toMatchObject({
        acs_credential_on_seam: { acs_credential_id },
        warnings: warnings[scenario],
      });
    }
  });

  test.each(['credential_does_not_exist_on_seam', 'credential_on_encoder_is_empty'] as const)(
    'lets it find nothing of this site: %s',
    async (scenario) => {
      const { encoderId: acs_encoder_id } = stand.desk;
      await encoders().simulate.nextCredentialScanWillSucceed({ acs_encoder_id, scenario });
      const { result } = await encoders().scanCredential({ acs_encoder_id });
      expect(result).toMatchObject({ acs_credential_on_seam: null });
    },
  );

  test('refuses an encoder that is not here', async () => {
    const acs_encoder_id = crypto.randomUUID();
    const simulation = encoders().simulate.nextCredentialScanWillSucceed({ acs_encoder_id });
    expect(await refused(simulation)).toBe('acs_encoder_not_found');
  });
});
