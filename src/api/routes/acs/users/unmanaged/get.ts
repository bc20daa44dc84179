import { z } from 'zod';
import { noUnmanagedUser } from '../../../../../site/unmanaged.ts';
import { defineOperation, READS } from '../../../../operation.ts';
import { unmanagedAcsUser } from '../../../../wire/acs-user.ts';
import { idParameter } from '../../../../wire/fields.ts';

export const acsUsersUnmanagedGet = defineOperation({
  path: '/acs/users/unmanaged/get',
  methods: READS,
  scopes: ['read'],
  summary: 'Not found: this desk manages every user',
  input: z.object({ acs_user_id: idParameter }),
  output: z.object({ acs_user: unmanagedAcsUser }),
  handle: ({ input }) => noUnmanagedUser(input.acs_user_id),
});
