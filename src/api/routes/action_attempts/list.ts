import { z } from 'zod';
import { defineOperation, READS } from '../../operation.ts';
import { actionAttempt, toActionAttempt } from '../../wire/action-attempt.ts';
import {
  EMPTY_PAGE,
  idParameter,
  pageParameters,
  pagination,
  toPageRequest,
  toPagination,
} from '../../wire/fields.ts';

export const actionAttemptsList = defineOperation({
  path: '/action_attempts/list',
  methods: READS,
  scope: 'read',
  summary: 'Action attempts, in the order in which they were made',
  input: z.object({
    device_id: z.string().optional(),
    action_attempt_ids: z.array(idParameter).optional(),
    ...pageParameters,
  }),
  output: z.object({ action_attempts: z.array(actionAttempt), pagination }),
  handle: ({ input, desk: { site } }) => {
    // A desk has no devices, so no attempt is about one.
    const page =
      input.device_id === undefined
        ? site.store.attempts.list({ ids: input.action_attempt_ids }, toPageRequest(input))
        : EMPTY_PAGE;
    return {
      action_attempts: page.rows.map((attempt) => toActionAttempt(attempt, site)),
      pagination: toPagination(page),
    };
  },
});
