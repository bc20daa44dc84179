import { z } from 'zod';
import { defineOperation, READS } from '../../operation.ts';
import { actionAttempt, toActionAttempt } from '../../wire/action-attempt.ts';
import { idParameter, pageParameters, pagination, toPageRequest, toPagination } from '../../wire/fields.ts';

export const actionAttemptsList = defineOperation({
  path: '/action_attempts/list',
  methods: READS,
  scope: 'read',
  summary: 'Action attempts, in the order in which they were made',
  input: z.object({ action_attempt_ids: z.array(idParameter).optional(), ...pageParameters }),
  output: z.object({ action_attempts: z.array(actionAttempt), pagination }),
  handle: ({ input, desk: { site } }) => {
    const page = site.store.attempts.list({ ids: input.action_attempt_ids }, toPageRequest(input));
    return {
      action_attempts: page.rows.map((attempt) => toActionAttempt(attempt, site)),
      pagination: toPagination(page),
    };
  },
});
