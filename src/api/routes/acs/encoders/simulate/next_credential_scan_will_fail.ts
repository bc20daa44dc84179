import { z } from 'zod';
import { findCredential } from '../../../../../site/credentials.ts';
import { defineOperation, POSTS } from '../../../../operation.ts';
import { findVirtualEncoder } from '../../../../simulator.ts';
import { idParameter } from '../../../../wire/fields.ts';
import { GOES_WITH_A_CREDENTIAL, goesWithCredential } from '../../../../wire/simulation.ts';

export const acsEncodersSimulateNextCredentialScanWillFail = defineOperation({
  path: '/acs/encoders/simulate/next_credential_scan_will_fail',
  methods: POSTS,
  scopes: ['manage'],
  summary: 'Lets the next scan on a virtual encoder fail, without a card',
  input: z
    .object({
      acs_encoder_id: idParameter,
      error_code: z
        .enum(['no_credential_on_encoder', 'uncategorized_error', 'action_attempt_expired'])
        .default('no_credential_on_encoder'),
      /** Must be here; no scan knows beforehand whose card it will read, so the next one fails whosever it is. */
      acs_credential_id_on_seam: idParameter.optional(),
    })
    .refine(
      (input) => goesWithCredential(input.error_code, input.acs_credential_id_on_seam),
      GOES_WITH_A_CREDENTIAL('acs_credential_id_on_seam'),
    ),
  output: z.object({}),
  handle: ({ input, desk: { site, attempts } }) => {
    const { acs_encoder_id, error_code, acs_credential_id_on_seam: id } = input;
    attempts.rehearsals.set(findVirtualEncoder(site, acs_encoder_id).id, {
      action: 'SCAN_CREDENTIAL',
      ending: 'failure',
      errorType: error_code,
      credentialId: id === undefined ? null : findCredential(site, id).id,
    });
    return {};
  },
});
