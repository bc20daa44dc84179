import { z } from 'zod';
import { checkSystem } from '../../../../../site/systems.ts';
import { defineOperation, READS } from '../../../../operation.ts';
import { unmanagedAcsUser } from '../../../../wire/acs-user.ts';
import { idParameter, pageParameters } from '../../../../wire/fields.ts';

export const acsUsersUnmanagedList = defineOperation({
  path: '/acs/users/unmanaged/list',
  methods: READS,
  scopes: ['read'],
  summary: 'None: this desk manages every user',
  input: z.object({
    acs_system_id: idParameter.optional(),
    user_identity_id: idParameter.optional(),
    user_identity_email_address: z.string().optional(),
    user_identity_phone_number: z.string().optional(),
    search: z.string().min(1).optional(),
    limit: pageParameters.limit,
  }),
  output: z.object({ acs_users: z.array(unmanagedAcsUser) }),
  handle: ({ input, desk: { site } }) => {
    if (input.acs_system_id !== undefined) checkSystem(site, input.acs_system_id);
    return { acs_users: [] };
  },
});
