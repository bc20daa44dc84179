import { z } from 'zod';
import { findCredential } from '../../../../../site/credentials.ts';
import { defineOperation, POSTS } from '../../../../operation.ts';
import { findVirtualEncoder } from '../../../../simulator.ts';
import { idParameter } from '../../../../wire/fields.ts';
import { GOES_WITH_A_CREDENTIAL, goesWithCredential } from '../../../../wire/simulation.ts';

export const acsEncodersSimulateNextCredentialEncodeWillFail = defineOperation({
  path: '/acs/encoders/simulate/next_credential_encode_will_fail',
  methods: POSTS,
  scopes: ['manage'],
  summary: 'Lets the next encode on a virtual encoder fail, without a card',
  input: z
    .object({
      acs_encoder_id: idParameter,
      error_code: z
        .enum([
          'no_credential_on_encoder',
          'encoding_interrupted',
          'uncategorized_error',
          'action_attempt_expired',
        ])
        .default('no_credential_on_encoder'),
      /** Only an encode of this credential. */
      acs_credential_id: idParameter.optional(),
    })
    .refine(
      ({ error_code, acs_credential_id }) => goesWithCredential(error_code, acs_credential_id),
      GOES_WITH_A_CREDENTIAL('acs_credential_id'),
    ),
  output: z.object({}),
  handle: ({ input: { acs_encoder_id, error_code, acs_credential_id }, desk: { site, attempts } }) => {
    attempts.rehearsals.set(findVirtualEncoder(site, acs_encoder_id).id, {
      action: 'ENCODE_CREDENTIAL',
      ending: 'failure',
      errorType: error_code,
      credentialId: acs_credential_id === undefined ? null : findCredential(site, acs_credential_id).id,
    });
    return {};
  },
});
