import { z } from 'zod';
import { requestAttempt } from '../../../attempt-request.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import { actionAttempt } from '../../../wire/action-attempt.ts';
import { idParameter } from '../../../wire/fields.ts';
import { scanParameters } from '../../../wire/scan.ts';

export const acsEncodersScanCredential = defineOperation({
  path: '/acs/encoders/scan_credential',
  methods: POSTS,
  scopes: ['scan'],
  summary: 'Reads the card on the encoder, or the next one, and says what the site has for it',
  input: z.object({ acs_encoder_id: idParameter, ...scanParameters }),
  output: z.object({ action_attempt: actionAttempt }),
  handle: (call) => requestAttempt(call, { action: 'SCAN_CREDENTIAL' }),
});
