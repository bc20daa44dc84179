import { z } from 'zod';
import { noUnmanagedUserIdentity } from '../../../../site/unmanaged.ts';
import { defineOperation, READS } from '../../../operation.ts';
import { idParameter } from '../../../wire/fields.ts';
import { unmanagedUserIdentity } from '../../../wire/user-identity.ts';

export const userIdentitiesUnmanagedGet = defineOperation({
  path: '/user_identities/unmanaged/get',
  methods: READS,
  scopes: ['read'],
  summary: 'Not found: this desk manages every user identity',
  input: z.object({ user_identity_id: idParameter }),
  output: z.object({ user_identity: unmanagedUserIdentity }),
  handle: ({ input }) => noUnmanagedUserIdentity(input.user_identity_id),
});
