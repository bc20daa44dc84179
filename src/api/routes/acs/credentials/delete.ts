import { z } from 'zod';
import { deleteCredential } from '../../../../site/credentials.ts';
import { DELETES, defineOperation } from '../../../operation.ts';
import { idParameter } from '../../../wire/fields.ts';

export const acsCredentialsDelete = defineOperation({
  path: '/acs/credentials/delete',
  methods: DELETES,
  scopes: ['manage'],
  summary: 'Forgets a credential',
  input: z.object({ acs_credential_id: idParameter }),
  output: z.object({}),
  handle: ({ input, desk: { site } }) => {
    deleteCredential(site, input.acs_credential_id);
    return {};
  },
});
