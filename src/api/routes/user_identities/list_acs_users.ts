import { z } from 'zod';
import { findUserIdentity } from '../../../site/identities.ts';
import { defineOperation, READS } from '../../operation.ts';
import { acsUser, toAcsUser } from '../../wire/acs-user.ts';
import { idParameter } from '../../wire/fields.ts';

export const userIdentitiesListAcsUsers = defineOperation({
  path: '/user_identities/list_acs_users',
  methods: READS,
  scopes: ['read'],
  summary: 'The users of a user identity: one at most, as this site is one access system',
  isPersonal: true,
  input: z.object({ user_identity_id: idParameter }),
  output: z.object({ acs_users: z.array(acsUser) }),
  handle: ({ input, desk: { site } }) => {
    const user = site.store.users.ofIdentity(findUserIdentity(site, input.user_identity_id).id);
    return { acs_users: user === null ? [] : [toAcsUser(user, site)] };
  },
});
