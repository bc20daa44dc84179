import { z } from 'zod';
import { removeUserFromIdentity } from '../../../site/identity-users.ts';
import { DELETES, defineOperation } from '../../operation.ts';
import { idParameter } from '../../wire/fields.ts';

export const userIdentitiesRemoveAcsUser = defineOperation({
  path: '/user_identities/remove_acs_user',
  methods: DELETES,
  scopes: ['manage'],
  summary: 'Takes a user from a user identity; both stay',
  input: z.object({ user_identity_id: idParameter, acs_user_id: idParameter }),
  output: z.object({}),
  handle: ({ input, desk: { site } }) => {
    removeUserFromIdentity(site, input.user_identity_id, input.acs_user_id);
    return {};
  },
});
