import { z } from 'zod';
import { noUnmanagedAccessGroup } from '../../../../../site/unmanaged.ts';
import { defineOperation, READS } from '../../../../operation.ts';
import { unmanagedAcsAccessGroup } from '../../../../wire/acs-access-group.ts';
import { idParameter } from '../../../../wire/fields.ts';

export const acsAccessGroupsUnmanagedGet = defineOperation({
  path: '/acs/access_groups/unmanaged/get',
  methods: READS,
  scopes: ['read'],
  summary: 'Not found: this desk manages every access group',
  input: z.object({ acs_access_group_id: idParameter }),
  output: z.object({ acs_access_group: unmanagedAcsAccessGroup }),
  handle: ({ input }) => noUnmanagedAccessGroup(input.acs_access_group_id),
});
