import { z } from 'zod';
import { SiteError } from '../../../../../site/errors.ts';
import { defineOperation, READS } from '../../../../operation.ts';
import { unmanagedAcsCredential } from '../../../../wire/acs-credential.ts';
import { idParameter } from '../../../../wire/fields.ts';

export const acsCredentialsUnmanagedGet = defineOperation({
  path: '/acs/credentials/unmanaged/get',
  methods: READS,
  scopes: ['read'],
  summary: 'One credential that the site does not manage; it manages all that it has',
  input: z.object({ acs_credential_id: idParameter }),
  output: z.object({ acs_credential: unmanagedAcsCredential }),
  handle: ({ input: { acs_credential_id } }) => {
    throw new SiteError(
      'acs_credential_not_found',
      `There is no unmanaged credential ${acs_credential_id} here: every credential here is managed.`,
      { acs_credential_id },
    );
  },
});
