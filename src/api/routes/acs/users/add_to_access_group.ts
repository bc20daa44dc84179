import { z } from 'zod';
import { addToAccessGroup } from '../../../../site/access.ts';
import { defineOperation, PUTS } from '../../../operation.ts';
import { idParameter } from '../../../wire/fields.ts';

export const acsUsersAddToAccessGroup = defineOperation({
  path: '/acs/users/add_to_access_group',
  methods: PUTS,
  scopes: ['manage'],
  summary: 'Puts a user into an access group',
  input: z.object({ acs_user_id: idParameter, acs_access_group_id: idParameter }),
  output: z.object({}),
  handle: ({ input: { acs_user_id: acsUserId, acs_access_group_id }, desk: { site } }) => {
    addToAccessGroup(site, acs_access_group_id, { kind: 'acs_user', acsUserId });
    return {};
  },
});
