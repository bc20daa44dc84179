import { z } from 'zod';
import { SCAN_SCENARIOS } from '../../../../../attempts/rehearsals.ts';
import { findCredential } from '../../../../../site/credentials.ts';
import { defineOperation, POSTS } from '../../../../operation.ts';
import { findVirtualEncoder } from '../../../../simulator.ts';
import { idParameter } from '../../../../wire/fields.ts';

export const acsEncodersSimulateNextCredentialScanWillSucceed = defineOperation({
  path: '/acs/encoders/simulate/next_credential_scan_will_succeed',
  methods: POSTS,
  scopes: ['manage'],
  summary: 'Lets the next scan on a virtual encoder find what the scenario says, without a card',
  input: z
    .object({
      acs_encoder_id: idParameter,
      scenario: z.enum(SCAN_SCENARIOS).default('credential_exists_on_seam'),
      /** The credential that is found; absent: the first that is on a card. */
      acs_credential_id_on_seam: idParameter.optional(),
    })
    .refine(
      ({ scenario, acs_credential_id_on_seam }) =>
        acs_credential_id_on_seam === undefined ||
        scenario === 'credential_exists_on_seam' ||
        scenario === 'credential_on_encoder_needs_update',
      {
        path: ['acs_credential_id_on_seam'],
        message:
          'A credential is found with credential_exists_on_seam and credential_on_encoder_needs_update only',
      },
    ),
  output: z.object({}),
  handle: ({ input, desk: { site, attempts } }) => {
    const { acs_encoder_id, scenario, acs_credential_id_on_seam: id } = input;
    attempts.rehearsals.set(findVirtualEncoder(site, acs_encoder_id).id, {
      action: 'SCAN_CREDENTIAL',
      ending: 'success',
      scenario,
      credentialId: id === undefined ? null : findCredential(site, id).id,
    });
    return {};
  },
});
