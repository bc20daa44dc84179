import { z } from 'zod';
import { updateCredential } from '../../../../site/credentials.ts';
import { defineOperation, PATCHES } from '../../../operation.ts';
import { acsCredential, codeParameter, toAcsCredential } from '../../../wire/acs-credential.ts';
import { idParameter, timeParameter } from '../../../wire/fields.ts';

export const acsCredentialsUpdate = defineOperation({
  path: '/acs/credentials/update',
  methods: PATCHES,
  scopes: ['manage'],
  summary: 'Changes what is given of a credential; a card that carries it must be issued again',
  input: z.object({
    acs_credential_id: idParameter,
    code: codeParameter.optional(),
    ends_at: timeParameter.optional(),
  }),
  output: z.object({ acs_credential: acsCredential }),
  handle: ({ input: { acs_credential_id, code, ends_at }, desk: { site } }) => ({
    acs_credential: toAcsCredential(
      updateCredential(site, acs_credential_id, { code, endsAt: ends_at }),
      site,
    ),
  }),
});
