import { z } from 'zod';
import { addToAccessGroup } from '../../../../site/access.ts';
import { beneficiaryOf } from '../../../../site/users.ts';
import { defineOperation, PUTS } from '../../../operation.ts';
import { namesOneUser, ONE_USER, toUserName, userNameParameters } from '../../../wire/acs-user.ts';
import { idParameter } from '../../../wire/fields.ts';

export const acsAccessGroupsAddUser = defineOperation({
  path: '/acs/access_groups/add_user',
  methods: PUTS,
  scopes: ['manage'],
  summary: 'Puts a user into an access group; an identity that has no user gets one',
  input: z.object({ acs_access_group_id: idParameter, ...userNameParameters }).refine(namesOneUser, ONE_USER),
  output: z.object({}),
  handle: ({ input, desk: { site } }) => {
    addToAccessGroup(site, input.acs_access_group_id, beneficiaryOf(toUserName(input)));
    return {};
  },
});
