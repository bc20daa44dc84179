import { z } from 'zod';
import { unassignCredential } from '../../../../site/credentials.ts';
import { findUser } from '../../../../site/users.ts';
import { defineOperation, PATCHES } from '../../../operation.ts';
import { acsCredential, toAcsCredential } from '../../../wire/acs-credential.ts';
import { namesOneUser, ONE_USER, toUserName, userNameParameters } from '../../../wire/acs-user.ts';
import { idParameter } from '../../../wire/fields.ts';

export const acsCredentialsUnassign = defineOperation({
  path: '/acs/credentials/unassign',
  methods: PATCHES,
  scopes: ['manage'],
  summary: 'Takes a credential from the user who has it',
  input: z.object({ acs_credential_id: idParameter, ...userNameParameters }).refine(namesOneUser, ONE_USER),
  output: z.object({ acs_credential: acsCredential }),
  handle: ({ input, desk: { site } }) =>
    site.store.transaction(() => {
      const user = findUser(site, toUserName(input));
      return {
        acs_credential: toAcsCredential(unassignCredential(site, input.acs_credential_id, user.id), site),
      };
    }),
});
