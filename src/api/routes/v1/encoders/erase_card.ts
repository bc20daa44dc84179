import { z } from 'zod';
import { defineOperation, POSTS } from '../../../operation.ts';
import { actionAttempt, toActionAttempt } from '../../../wire/action-attempt.ts';
import { idParameter } from '../../../wire/fields.ts';
import { timeoutParameter, toTimeoutMs } from '../../../wire/scan.ts';

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
  handle: ({ input, desk, client }) => {
    const attempt = desk.attempts.request({
      client,
      encoderId: input.acs_encoder_id,
      order: { action: 'ERASE_CARD', mayOverwrite: input.overwrite },
      timeoutMs: toTimeoutMs(input, desk),
    });
    return { action_attempt: toActionAttempt(attempt, desk.site) };
  },
});
