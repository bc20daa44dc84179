import { z } from 'zod';
import { assignCredential } from '../../../../site/credentials.ts';
import { beneficiaryOf, userFor } from '../../../../site/users.ts';
import { defineOperation, PATCHES } from '../../../operation.ts';
import { acsCredential, toAcsCredential } from '../../../wire/acs-credential.ts';
import { namesOneUser, ONE_USER, toUserName, userNameParameters } from '../../../wire/acs-user.ts';
import { idParameter } from '../../../wire/fields.ts';

export const acsCredentialsAssign = defineOperation({
  path: '/acs/credentials/assign',
  methods: PATCHES,
  scopes: ['manage'],
  summary: 'Gives a credential to a user; one that another user has is refused',
  input: z.object({ acs_credential_id: idParameter, ...userNameParameters }).refine(namesOneUser, ONE_USER),
  output: z.object({ acs_credential: acsCredential }),
  handle: ({ input, desk: { site } }) =>
    site.store.transaction(() => {
      const user = userFor(site, beneficiaryOf(toUserName(input)));
      return {
        acs_credential: toAcsCredential(assignCredential(site, input.acs_credential_id, user.id), site),
      };
    }),
});
