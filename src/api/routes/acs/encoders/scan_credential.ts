import { z } from 'zod';
import { defineOperation, POSTS } from '../../../operation.ts';
import { actionAttempt, toActionAttempt } from '../../../wire/action-attempt.ts';
import { idParameter } from '../../../wire/fields.ts';
import { scanParameters, toTimeoutMs } from '../../../wire/scan.ts';

export const acsEncodersScanCredential = defineOperation({
  path: '/acs/encoders/scan_credential',
  methods: POSTS,
  scopes: ['scan'],
  summary: 'Reads the card on the encoder, or the next one, and says what the site has for it',
  input: z.object({ acs_encoder_id: idParameter, ...scanParameters }),
  output: z.object({ action_attempt: actionAttempt }),
  handle: ({ input, desk, client }) => {
    const attempt = desk.attempts.request({
      client,
      encoderId: input.acs_encoder_id,
      order: { action: 'SCAN_CREDENTIAL' },
      timeoutMs: toTimeoutMs(input, desk),
    });
    return { action_attempt: toActionAttempt(attempt, desk.site) };
  },
});
