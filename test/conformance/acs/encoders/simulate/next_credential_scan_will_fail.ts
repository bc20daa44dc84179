import { expect, test } from 'vitest';
import { operation } from '../../../conformance.ts';
import { refused } from '../../../stand.ts';

operation('/acs/encoders/simulate/next_credential_scan_will_fail', (stand) => {
  test.each(['no_credential_on_encoder', 'uncategorized_error', 'action_attempt_expired'] as const)(
    'lets the next scan fail with %s',
    async (error_code) => {
      const { encoderId: acs_encoder_id } = stand.desk;
      await stand.seam.acs.encoders.simulate.nextCredentialScanWillFail({ acs_encoder_id, error_code });
      const scan = stand.seam.acs.encoders.scanCredential({ acs_encoder_id });
      expect(await refused(scan)).toBe(error_code);
    },
  );

  test('refuses an encoder or a credential that is not here', async () => {
    const acs_encoder_id = crypto.randomUUID();
    const simulation = stand.seam.acs.encoders.simulate.nextCredentialScanWillFail({ acs_encoder_id });
    expect(await refused(simulation)).toBe('acs_encoder_not_found');
    const ofNobody = stand.seam.acs.encoders.simulate.nextCredentialScanWillFail({
      acs_encoder_id: stand.desk.encoderId,
      error_code: 'uncategorized_error',
      acs_credential_id_on_seam: crypto.randomUUID(),
    });
    expect(await refused(ofNobody)).toBe('acs_credential_not_found');
  });
});
