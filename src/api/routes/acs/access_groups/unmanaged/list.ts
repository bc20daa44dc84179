import { z } from 'zod';
import { checkSystem } from '../../../../../site/systems.ts';
import { defineOperation, READS } from '../../../../operation.ts';
import { unmanagedAcsAccessGroup } from '../../../../wire/acs-access-group.ts';
import { idParameter } from '../../../../wire/fields.ts';

export const acsAccessGroupsUnmanagedList = defineOperation({
  path: '/acs/access_groups/unmanaged/list',
  methods: READS,
  scopes: ['read'],
  summary: 'None: this desk manages every access group',
  input: z.object({
    acs_system_id: idParameter.optional(),
    acs_user_id: idParameter.optional(),
    search: z.string().min(1).optional(),
  }),
  output: z.object({ acs_access_groups: z.array(unmanagedAcsAccessGroup) }),
  handle: ({ input, desk: { site } }) => {
    if (input.acs_system_id !== undefined) checkSystem(site, input.acs_system_id);
    return { acs_access_groups: [] };
  },
});
