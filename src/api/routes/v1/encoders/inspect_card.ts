import { z } from 'zod';
import { defineOperation, POSTS } from '../../../operation.ts';
import { actionAttempt, toActionAttempt } from '../../../wire/action-attempt.ts';
import { idParameter } from '../../../wire/fields.ts';
import { timeoutParameter, toTimeoutMs } from '../../../wire/scan.ts';

export const encodersInspectCard = defineOperation({
  path: '/v1/encoders/inspect_card',
  methods: POSTS,
  scopes: ['scan'],
  summary:
    'Says what the card on the encoder, or the next one, is, what is on it and what is free, without keys',
  input: z.object({ acs_encoder_id: idParameter, ...timeoutParameter }),
  output: z.object({ action_attempt: actionAttempt }),
  handle: ({ input, desk, client }) => {
    const attempt = desk.attempts.request({
      client,
      encoderId: input.acs_encoder_id,
      order: { action: 'INSPECT_CARD' },
      timeoutMs: toTimeoutMs(input, desk),
    });
    return { action_attempt: toActionAttempt(attempt, desk.site) };
  },
});
