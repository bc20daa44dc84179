import { z } from 'zod';
import { attemptFor } from '../../../attempts/commit.ts';
import { defineOperation, READS } from '../../operation.ts';
import { actionAttempt, toActionAttempt } from '../../wire/action-attempt.ts';
import { idParameter } from '../../wire/fields.ts';

export const actionAttemptsGet = defineOperation({
  path: '/action_attempts/get',
  methods: READS,
  scopes: ['read', 'scan', 'encode'],
  isOwn: true,
  summary: 'One action attempt, as it is now',
  input: z.object({ action_attempt_id: idParameter }),
  output: z.object({ action_attempt: actionAttempt }),
  handle: ({ input, desk: { site }, client }) => ({
    action_attempt: toActionAttempt(attemptFor(site, client, input.action_attempt_id), site),
  }),
});
