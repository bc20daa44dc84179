import { z } from 'zod';
import { checkSystem } from '../../../../site/systems.ts';
import { defineOperation, READS } from '../../../operation.ts';
import { acsUser, toAcsUsers } from '../../../wire/acs-user.ts';
import {
  idParameter,
  pageParameters,
  pagination,
  timeParameter,
  toPageRequest,
  toPagination,
} from '../../../wire/fields.ts';

export const acsUsersList = defineOperation({
  path: '/acs/users/list',
  methods: READS,
  scopes: ['read'],
  summary: 'The users, in the order in which they were made',
  isPersonal: true,
  input: z.object({
    acs_system_id: idParameter.optional(),
    user_identity_id: idParameter.optional(),
    user_identity_email_address: z.string().optional(),
    user_identity_phone_number: z.string().optional(),
    search: z.string().min(1).optional(),
    created_before: timeParameter.optional(),
    ...pageParameters,
  }),
  output: z.object({ acs_users: z.array(acsUser), pagination }),
  handle: ({ input, desk: { site } }) => {
    if (input.acs_system_id !== undefined) checkSystem(site, input.acs_system_id);
    const page = site.store.users.list(
      {
        userIdentityId: input.user_identity_id,
        identityEmailAddress: input.user_identity_email_address,
        identityPhoneNumber: input.user_identity_phone_number,
        search: input.search,
        createdBefore: input.created_before,
      },
      toPageRequest(input),
    );
    return { acs_users: toAcsUsers(page.rows, site), pagination: toPagination(page) };
  },
});
