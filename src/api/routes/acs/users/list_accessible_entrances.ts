import { z } from 'zod';
import { findUser } from '../../../../site/users.ts';
import { EVERY_ROW } from '../../../../store/paging.ts';
import { defineOperation, READS } from '../../../operation.ts';
import { acsEntrance, toAcsEntrance } from '../../../wire/acs-entrance.ts';
import { namesOneUser, ONE_USER, systemUserParameters, toUserName } from '../../../wire/acs-user.ts';

export const acsUsersListAccessibleEntrances = defineOperation({
  path: '/acs/users/list_accessible_entrances',
  methods: READS,
  scopes: ['read'],
  summary:
    'The entrances that a user may open: by grants, access groups and credentials; none while suspended',
  isPersonal: true,
  input: z.object(systemUserParameters).refine(namesOneUser, ONE_USER),
  output: z.object({ acs_entrances: z.array(acsEntrance) }),
  handle: ({ input, desk: { site } }) => {
    const { id } = findUser(site, toUserName(input));
    const { rows } = site.store.entrances.list({ acsUserId: id }, EVERY_ROW);
    return { acs_entrances: rows.map((entrance) => toAcsEntrance(entrance, site)) };
  },
});
