import { z } from 'zod';
import { findAccessGroup } from '../../../../site/access-groups.ts';
import { defineOperation, READS } from '../../../operation.ts';
import { acsAccessGroup, toAcsAccessGroup } from '../../../wire/acs-access-group.ts';
import { idParameter } from '../../../wire/fields.ts';

export const acsAccessGroupsGet = defineOperation({
  path: '/acs/access_groups/get',
  methods: READS,
  scopes: ['read'],
  summary: 'One access group',
  input: z.object({ acs_access_group_id: idParameter }),
  output: z.object({ acs_access_group: acsAccessGroup }),
  handle: ({ input, desk: { site } }) => ({
    acs_access_group: toAcsAccessGroup(findAccessGroup(site, input.acs_access_group_id), site),
  }),
});
