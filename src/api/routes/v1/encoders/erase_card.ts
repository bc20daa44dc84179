import { z } from 'zod';
import { requestAttempt } from '../../../attempt-request.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import { actionAttempt } from '../../../wire/action-attempt.ts';
import { idParameter } from '../../../wire/fields.ts';
import { timeoutParameter } from '../../../wire/scan.ts';

export const encodersEraseCard = defineOperation({
  path: '/v1/encoders/erase_card',
  methods: POSTS,
  scopes: ['encode'],
  summary: 'Makes the card on the encoder, or the next one, blank and reusable by anybody',
  input: z.object({
    acs_encoder_id: idParameter,
    /** The card may carry a credential that is still valid. */
    overwrite: z.boolean().default(false),
    ...timeoutParameter,
  }),
  output: z.object({ action_attempt: actionAttempt }),
  handle: (call) => {
    const { input } = call;
    return requestAttempt(call, { action: 'ERASE_CARD', mayOverwrite: input.overwrite });
  },
});
