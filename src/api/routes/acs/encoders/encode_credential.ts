import { z } from 'zod';
import { requestAttempt } from '../../../attempt-request.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import { actionAttempt } from '../../../wire/action-attempt.ts';
import { idParameter } from '../../../wire/fields.ts';
import { timeoutParameter } from '../../../wire/scan.ts';

export const acsEncodersEncodeCredential = defineOperation({
  path: '/acs/encoders/encode_credential',
  methods: POSTS,
  scopes: ['encode'],
  summary: 'Writes a credential on the card on the encoder, or on the next one, and reads it back',
  input: z.object({
    acs_encoder_id: idParameter,
    acs_credential_id: idParameter,
    access_method_id: z.never('A desk has no access methods. Give an acs_credential_id').optional(),
    /** An issued credential may go onto another card; the card that had it becomes invalid. */
    replace_lost_card: z.boolean().default(false),
    /** The card may carry another credential that is still valid. */
    overwrite: z.boolean().default(false),
    ...timeoutParameter,
  }),
  output: z.object({ action_attempt: actionAttempt }),
  handle: (call) => {
    const { input } = call;
    return requestAttempt(call, {
      action: 'ENCODE_CREDENTIAL',
      credentialId: input.acs_credential_id,
      replacesLostCard: input.replace_lost_card,
      mayOverwrite: input.overwrite,
    });
  },
});
