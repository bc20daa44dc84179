import { z } from 'zod';
import { deleteUserIdentity } from '../../../site/identity-users.ts';
import { DELETES, defineOperation } from '../../operation.ts';
import { idParameter } from '../../wire/fields.ts';

export const userIdentitiesDelete = defineOperation({
  path: '/user_identities/delete',
  methods: DELETES,
  scopes: ['manage'],
  summary:
    'Removes a user identity with its user, its codes and its client sessions; cards stay known and belong to nobody',
  input: z.object({ user_identity_id: idParameter }),
  output: z.object({}),
  handle: ({ input, desk: { site } }) => {
    deleteUserIdentity(site, input.user_identity_id);
    return {};
  },
});
