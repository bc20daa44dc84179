import { z } from 'zod';
import { findCredential } from '../../../../site/credentials.ts';
import { defineOperation, READS } from '../../../operation.ts';
import { acsCredential, toAcsCredential } from '../../../wire/acs-credential.ts';
import { idParameter } from '../../../wire/fields.ts';

export const acsCredentialsGet = defineOperation({
  path: '/acs/credentials/get',
  methods: READS,
  scopes: ['read'],
  summary: 'One credential',
  input: z.object({ acs_credential_id: idParameter }),
  output: z.object({ acs_credential: acsCredential }),
  handle: ({ input, desk: { site } }) => ({
    acs_credential: toAcsCredential(findCredential(site, input.acs_credential_id), site),
  }),
});
