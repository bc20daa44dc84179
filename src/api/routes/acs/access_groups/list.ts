import { z } from 'zod';
import { checkSystem } from '../../../../site/systems.ts';
import { EVERY_ROW } from '../../../../store/paging.ts';
import { defineOperation, READS } from '../../../operation.ts';
import { acsAccessGroup, toAcsAccessGroups } from '../../../wire/acs-access-group.ts';
import { EMPTY_PAGE, idParameter } from '../../../wire/fields.ts';

export const acsAccessGroupsList = defineOperation({
  path: '/acs/access_groups/list',
  methods: READS,
  scopes: ['read'],
  summary: 'The access groups, in the order in which they were made; or those that a user is in',
  isPersonal: true,
  input: z.object({
    acs_system_id: idParameter.optional(),
    acs_user_id: idParameter.optional(),
    user_identity_id: idParameter.optional(),
    search: z.string().min(1).optional(),
  }),
  output: z.object({ acs_access_groups: z.array(acsAccessGroup) }),
  handle: ({ input, desk: { site } }) => {
    if (input.acs_system_id !== undefined) checkSystem(site, input.acs_system_id);
    const { acs_user_id, user_identity_id, search } = input;
    const ofIdentity =
      user_identity_id === undefined
        ? undefined
        : (site.store.users.ofIdentity(user_identity_id)?.id ?? null);
    const isNobody = ofIdentity === null || (ofIdentity ?? acs_user_id) !== (acs_user_id ?? ofIdentity);
    const page = isNobody
      ? EMPTY_PAGE
      : site.store.accessGroups.list({ acsUserId: acs_user_id ?? ofIdentity, search }, EVERY_ROW);
    return { acs_access_groups: toAcsAccessGroups(page.rows, site) };
  },
});
