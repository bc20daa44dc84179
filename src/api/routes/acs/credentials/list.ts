import { z } from 'zod';
import { checkSystem } from '../../../../site/systems.ts';
import { defineOperation, READS } from '../../../operation.ts';
import { acsCredential, toAcsCredentials } from '../../../wire/acs-credential.ts';
import {
  idParameter,
  pageParameters,
  pagination,
  timeParameter,
  toPageRequest,
  toPagination,
} from '../../../wire/fields.ts';

export const acsCredentialsList = defineOperation({
  path: '/acs/credentials/list',
  methods: READS,
  scopes: ['read'],
  summary: 'The credentials, in the order in which they were made',
  isPersonal: true,
  input: z.object({
    acs_user_id: idParameter.optional(),
    acs_system_id: idParameter.optional(),
    user_identity_id: idParameter.optional(),
    is_multi_phone_sync_credential: z.boolean().optional(),
    search: z.string().min(1).optional(),
    created_before: timeParameter.optional(),
    ...pageParameters,
  }),
  output: z.object({ acs_credentials: z.array(acsCredential), pagination }),
  handle: ({ input, desk: { site } }) => {
    if (input.acs_system_id !== undefined) checkSystem(site, input.acs_system_id);
    const page = site.store.credentials.list(
      {
        acsUserId: input.acs_user_id,
        userIdentityId: input.user_identity_id,
        isMultiPhoneSync: input.is_multi_phone_sync_credential,
        search: input.search,
        createdBefore: input.created_before,
      },
      toPageRequest(input),
    );
    return {
      acs_credentials: toAcsCredentials(page.rows, site),
      pagination: toPagination(page),
    };
  },
});
