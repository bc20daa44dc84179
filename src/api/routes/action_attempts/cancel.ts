import { z } from 'zod';
import { defineOperation, POSTS } from '../../operation.ts';
import { actionAttempt, toActionAttempt } from '../../wire/action-attempt.ts';
import { idParameter } from '../../wire/fields.ts';

export const actionAttemptsCancel = defineOperation({
  path: '/action_attempts/cancel',
  methods: POSTS,
  scopes: ['scan', 'encode'],
  isOwn: true,
  summary: "Ends the waiting of one's own attempt; work on a card is not cut short",
  input: z.object({ action_attempt_id: idParameter }),
  output: z.object({ action_attempt: actionAttempt }),
  handle: ({ input, desk, client }) => ({
    action_attempt: toActionAttempt(desk.attempts.cancel(client, input.action_attempt_id), desk.site),
  }),
});
