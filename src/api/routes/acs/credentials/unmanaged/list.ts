import { z } from 'zod';
import { checkSystem } from '../../../../../site/systems.ts';
import { defineOperation, READS } from '../../../../operation.ts';
import { unmanagedAcsCredential } from '../../../../wire/acs-credential.ts';
import { idParameter } from '../../../../wire/fields.ts';

export const acsCredentialsUnmanagedList = defineOperation({
  path: '/acs/credentials/unmanaged/list',
  methods: READS,
  scopes: ['read'],
  summary: 'The credentials that the site does not manage: none',
  input: z.object({
    acs_user_id: idParameter.optional(),
    acs_system_id: idParameter.optional(),
    user_identity_id: idParameter.optional(),
    search: z.string().min(1).optional(),
  }),
  output: z.object({ acs_credentials: z.array(unmanagedAcsCredential) }),
  handle: ({ input: { acs_system_id }, desk: { site } }) => {
    if (acs_system_id !== undefined) checkSystem(site, acs_system_id);
    return { acs_credentials: [] };
  },
});
