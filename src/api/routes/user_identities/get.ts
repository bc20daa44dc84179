import { z } from 'zod';
import { findIdentity } from '../../../site/identity-users.ts';
import { defineOperation, READS } from '../../operation.ts';
import {
  identityNameParameters,
  namesOneIdentity,
  ONE_IDENTITY,
  toIdentityName,
  toUserIdentity,
  userIdentity,
} from '../../wire/user-identity.ts';

export const userIdentitiesGet = defineOperation({
  path: '/user_identities/get',
  methods: READS,
  scopes: ['read'],
  summary: 'One user identity, by its id or its key',
  isPersonal: true,
  input: z.object(identityNameParameters).refine(namesOneIdentity, ONE_IDENTITY),
  output: z.object({ user_identity: userIdentity }),
  handle: ({ input, desk: { site } }) => ({
    user_identity: toUserIdentity(findIdentity(site, toIdentityName(input)), site),
  }),
});
