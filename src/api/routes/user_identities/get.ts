import { z } from 'zod';
import { findUserIdentity, findUserIdentityByKey } from '../../../site/identities.ts';
import { defineOperation, READS } from '../../operation.ts';
import { idParameter } from '../../wire/fields.ts';
import { toUserIdentity, userIdentity } from '../../wire/user-identity.ts';

export const userIdentitiesGet = defineOperation({
  path: '/user_identities/get',
  methods: READS,
  scopes: ['read'],
  summary: 'One user identity, by its id or its key',
  input: z.union(
    [z.object({ user_identity_id: idParameter }), z.object({ user_identity_key: z.string().min(1) })],
    'Must specify either user_identity_id or user_identity_key',
  ),
  output: z.object({ user_identity: userIdentity }),
  handle: ({ input, desk: { site } }) => ({
    user_identity: toUserIdentity(
      'user_identity_id' in input
        ? findUserIdentity(site, input.user_identity_id)
        : findUserIdentityByKey(site, input.user_identity_key),
      site,
    ),
  }),
});
