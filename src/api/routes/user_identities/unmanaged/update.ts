import { z } from 'zod';
import { noUnmanagedUserIdentity } from '../../../../site/unmanaged.ts';
import { defineOperation, PATCHES } from '../../../operation.ts';
import { idParameter } from '../../../wire/fields.ts';
import { identityKeyParameter } from '../../../wire/user-identity.ts';

export const userIdentitiesUnmanagedUpdate = defineOperation({
  path: '/user_identities/unmanaged/update',
  methods: PATCHES,
  scopes: ['manage'],
  summary: 'Not found: this desk manages every user identity',
  input: z.object({
    user_identity_id: idParameter,
    is_managed: z.literal(true),
    user_identity_key: identityKeyParameter.optional(),
  }),
  output: z.object({}),
  handle: ({ input }) => noUnmanagedUserIdentity(input.user_identity_id),
});
