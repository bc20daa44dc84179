import { z } from 'zod';
import { suspendUser } from '../../../../site/access.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import { namesOneUser, ONE_USER, systemUserParameters, toUserName } from '../../../wire/acs-user.ts';

export const acsUsersSuspend = defineOperation({
  path: '/acs/users/suspend',
  methods: POSTS,
  scopes: ['manage'],
  summary: 'Takes from a user all that the user may open, for now',
  input: z.object(systemUserParameters).refine(namesOneUser, ONE_USER),
  output: z.object({}),
  handle: ({ input, desk: { site } }) => {
    suspendUser(site, toUserName(input));
    return {};
  },
});
