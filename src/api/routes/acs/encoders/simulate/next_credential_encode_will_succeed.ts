import { z } from 'zod';
import { defineOperation, POSTS } from '../../../../operation.ts';
import { findVirtualEncoder } from '../../../../simulator.ts';
import { idParameter } from '../../../../wire/fields.ts';

export const acsEncodersSimulateNextCredentialEncodeWillSucceed = defineOperation({
  path: '/acs/encoders/simulate/next_credential_encode_will_succeed',
  methods: POSTS,
  scopes: ['manage'],
  summary:
    'Puts a card on a virtual encoder for the next encode, if none lies there, and takes it away afterwards',
  input: z.object({
    acs_encoder_id: idParameter,
    scenario: z.literal('credential_is_issued').default('credential_is_issued'),
  }),
  output: z.object({}),
  handle: ({ input, desk: { site, attempts } }) => {
    const { id } = findVirtualEncoder(site, input.acs_encoder_id);
    attempts.rehearsals.set(id, { action: 'ENCODE_CREDENTIAL', ending: 'success' });
    return {};
  },
});
