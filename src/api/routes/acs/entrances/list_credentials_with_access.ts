import { z } from 'zod';
import { credentialsThatOpen } from '../../../../site/access.ts';
import { defineOperation, READS } from '../../../operation.ts';
import { acsCredential, toAcsCredentials } from '../../../wire/acs-credential.ts';
import { idParameter } from '../../../wire/fields.ts';

export const acsEntrancesListCredentialsWithAccess = defineOperation({
  path: '/acs/entrances/list_credentials_with_access',
  methods: READS,
  scopes: ['read'],
  summary: 'The credentials that open an entrance, by themselves or by their holder',
  input: z.object({
    acs_entrance_id: idParameter,
    /** Only those that are valid: issued, and not over. */
    include_if: z.array(z.enum(['visionline_metadata.is_valid'])).optional(),
  }),
  output: z.object({ acs_credentials: z.array(acsCredential) }),
  handle: ({ input, desk: { site } }) => {
    const onlyValid = input.include_if?.includes('visionline_metadata.is_valid') === true;
    const credentials = credentialsThatOpen(site, input.acs_entrance_id, onlyValid);
    return { acs_credentials: toAcsCredentials(credentials, site) };
  },
});
