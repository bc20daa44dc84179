import { z } from 'zod';
import { requestAttempt } from '../../../attempt-request.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import { actionAttempt } from '../../../wire/action-attempt.ts';
import { idParameter } from '../../../wire/fields.ts';
import { timeoutParameter } from '../../../wire/scan.ts';

export const encodersInspectCard = defineOperation({
  path: '/v1/encoders/inspect_card',
  methods: POSTS,
  scopes: ['scan'],
  summary:
    'Says what the card on the encoder, or the next one, is, what is on it and what is free, without keys',
  input: z.object({ acs_encoder_id: idParameter, ...timeoutParameter }),
  output: z.object({ action_attempt: actionAttempt }),
  handle: (call) => requestAttempt(call, { action: 'INSPECT_CARD' }),
});
