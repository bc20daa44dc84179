import { z } from 'zod';
import { addUserToIdentity } from '../../../site/identity-users.ts';
import { defineOperation, PUTS } from '../../operation.ts';
import { idParameter } from '../../wire/fields.ts';
import {
  identityNameParameters,
  namesOneIdentity,
  ONE_IDENTITY,
  toIdentityName,
} from '../../wire/user-identity.ts';

export const userIdentitiesAddAcsUser = defineOperation({
  path: '/user_identities/add_acs_user',
  methods: PUTS,
  scopes: ['manage'],
  summary: 'Makes a user that of a user identity; a key that nobody has makes a new identity of the user',
  input: z
    .object({ acs_user_id: idParameter, ...identityNameParameters })
    .refine(namesOneIdentity, ONE_IDENTITY),
  output: z.object({}),
  handle: ({ input, desk: { site } }) => {
    addUserToIdentity(site, toIdentityName(input), input.acs_user_id);
    return {};
  },
});
