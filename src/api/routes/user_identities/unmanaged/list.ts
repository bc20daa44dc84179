import { z } from 'zod';
import { defineOperation, READS } from '../../../operation.ts';
import { EMPTY_PAGE, pageParameters, pagination, timeParameter, toPagination } from '../../../wire/fields.ts';
import { unmanagedUserIdentity } from '../../../wire/user-identity.ts';

export const userIdentitiesUnmanagedList = defineOperation({
  path: '/user_identities/unmanaged/list',
  methods: READS,
  scopes: ['read'],
  summary: 'None: this desk manages every user identity',
  input: z.object({
    created_before: timeParameter.optional(),
    search: z.string().optional(),
    ...pageParameters,
  }),
  output: z.object({ user_identities: z.array(unmanagedUserIdentity), pagination }),
  handle: () => ({ user_identities: [], pagination: toPagination(EMPTY_PAGE) }),
});
