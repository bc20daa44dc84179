import { z } from 'zod';
import { removeFromAccessGroup } from '../../../../site/access.ts';
import { DELETES, defineOperation } from '../../../operation.ts';
import { namesOneUser, ONE_USER, toUserName, userNameParameters } from '../../../wire/acs-user.ts';
import { idParameter } from '../../../wire/fields.ts';

export const acsUsersRemoveFromAccessGroup = defineOperation({
  path: '/acs/users/remove_from_access_group',
  methods: DELETES,
  scopes: ['manage'],
  summary: 'Takes a user out of an access group',
  input: z.object({ acs_access_group_id: idParameter, ...userNameParameters }).refine(namesOneUser, ONE_USER),
  output: z.object({}),
  handle: ({ input, desk: { site } }) => {
    removeFromAccessGroup(site, input.acs_access_group_id, toUserName(input));
    return {};
  },
});
