import { z } from 'zod';
import { unsuspendUser } from '../../../../site/access.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import { namesOneUser, ONE_USER, systemUserParameters, toUserName } from '../../../wire/acs-user.ts';

export const acsUsersUnsuspend = defineOperation({
  path: '/acs/users/unsuspend',
  methods: POSTS,
  scopes: ['manage'],
  summary: 'Gives a suspended user back what the user may open',
  input: z.object(systemUserParameters).refine(namesOneUser, ONE_USER),
  output: z.object({}),
  handle: ({ input, desk: { site } }) => {
    unsuspendUser(site, toUserName(input));
    return {};
  },
});
