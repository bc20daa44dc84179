import { z } from 'zod';
import { deleteCredential } from '../../../../site/credential-deletion.ts';
import { DELETES, defineOperation } from '../../../operation.ts';
import { idParameter } from '../../../wire/fields.ts';

export const acsCredentialsDelete = defineOperation({
  path: '/acs/credentials/delete',
  methods: DELETES,
  scopes: ['manage'],
  summary: 'Forgets a credential; one that is being written on a card goes once that has ended',
  input: z.object({ acs_credential_id: idParameter }),
  output: z.object({}),
  handle: ({ input, desk: { site } }) => {
    deleteCredential(site, input.acs_credential_id);
    return {};
  },
});
