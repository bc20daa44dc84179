import { z } from 'zod';
import { findAccessGroup } from '../../../../site/access-groups.ts';
import { EVERY_ROW } from '../../../../store/paging.ts';
import { defineOperation, READS } from '../../../operation.ts';
import { acsUser, toAcsUsers } from '../../../wire/acs-user.ts';
import { idParameter } from '../../../wire/fields.ts';

export const acsAccessGroupsListUsers = defineOperation({
  path: '/acs/access_groups/list_users',
  methods: READS,
  scopes: ['read'],
  summary: 'The users who are in an access group',
  input: z.object({ acs_access_group_id: idParameter }),
  output: z.object({ acs_users: z.array(acsUser) }),
  handle: ({ input, desk: { site } }) => {
    const { id } = findAccessGroup(site, input.acs_access_group_id);
    const { rows } = site.store.users.list({ acsAccessGroupId: id }, EVERY_ROW);
    return { acs_users: toAcsUsers(rows, site) };
  },
});
