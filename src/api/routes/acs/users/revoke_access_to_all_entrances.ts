import { z } from 'zod';
import { revokeAllAccess } from '../../../../site/access.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import { namesOneUser, ONE_USER, systemUserParameters, toUserName } from '../../../wire/acs-user.ts';

export const acsUsersRevokeAccessToAllEntrances = defineOperation({
  path: '/acs/users/revoke_access_to_all_entrances',
  methods: POSTS,
  scopes: ['manage'],
  summary:
    'Takes from a user all that opens anything: grants, access groups and what the credentials open by themselves',
  input: z.object(systemUserParameters).refine(namesOneUser, ONE_USER),
  output: z.object({}),
  handle: ({ input, desk: { site } }) => {
    revokeAllAccess(site, toUserName(input));
    return {};
  },
});
