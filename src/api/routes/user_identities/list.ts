import { z } from 'zod';
import { checkSystem } from '../../../site/systems.ts';
import { defineOperation, READS } from '../../operation.ts';
import {
  idParameter,
  pageParameters,
  pagination,
  timeParameter,
  toPageRequest,
  toPagination,
} from '../../wire/fields.ts';
import { toUserIdentities, userIdentity } from '../../wire/user-identity.ts';

export const userIdentitiesList = defineOperation({
  path: '/user_identities/list',
  methods: READS,
  scopes: ['read'],
  summary: 'The user identities, in the order in which they were made',
  input: z.object({
    user_identity_ids: z.array(idParameter).optional(),
    credential_manager_acs_system_id: idParameter.optional(),
    created_before: timeParameter.optional(),
    search: z.string().optional(),
    ...pageParameters,
  }),
  output: z.object({ user_identities: z.array(userIdentity), pagination }),
  handle: ({ input, desk: { site } }) => {
    if (input.credential_manager_acs_system_id !== undefined) {
      checkSystem(site, input.credential_manager_acs_system_id);
    }
    const page = site.store.userIdentities.list(
      {
        ids: input.user_identity_ids,
        hasUser: input.credential_manager_acs_system_id === undefined ? undefined : true,
        createdBefore: input.created_before,
        search: input.search === '' ? undefined : input.search,
      },
      toPageRequest(input),
    );
    return {
      user_identities: toUserIdentities(page.rows, site),
      pagination: toPagination(page),
    };
  },
});
