import { z } from 'zod';
import { defineOperation, READS } from '../../operation.ts';
import {
  idParameter,
  pageParameters,
  pagination,
  timeParameter,
  toPageRequest,
  toPagination,
} from '../../wire/fields.ts';
import { toUserIdentity, userIdentity } from '../../wire/user-identity.ts';

export const userIdentitiesList = defineOperation({
  path: '/user_identities/list',
  methods: READS,
  scopes: ['read'],
  summary: 'The user identities, in the order in which they were made',
  input: z.object({
    user_identity_ids: z.array(idParameter).optional(),
    created_before: timeParameter.optional(),
    search: z.string().min(1).optional(),
    ...pageParameters,
  }),
  output: z.object({ user_identities: z.array(userIdentity), pagination }),
  handle: ({ input, desk: { site } }) => {
    const page = site.store.userIdentities.list(
      { ids: input.user_identity_ids, createdBefore: input.created_before, search: input.search },
      toPageRequest(input),
    );
    return {
      user_identities: page.rows.map((person) => toUserIdentity(person, site)),
      pagination: toPagination(page),
    };
  },
});
