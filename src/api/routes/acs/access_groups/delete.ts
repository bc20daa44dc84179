import { z } from 'zod';
import { deleteAccessGroup } from '../../../../site/access-groups.ts';
import { DELETES, defineOperation } from '../../../operation.ts';
import { idParameter } from '../../../wire/fields.ts';

export const acsAccessGroupsDelete = defineOperation({
  path: '/acs/access_groups/delete',
  methods: DELETES,
  scopes: ['manage'],
  summary: 'Removes an access group; its users may no longer open what they could by it',
  input: z.object({ acs_access_group_id: idParameter }),
  output: z.object({}),
  handle: ({ input, desk: { site } }) => {
    deleteAccessGroup(site, input.acs_access_group_id);
    return {};
  },
});
