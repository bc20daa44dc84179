import { z } from 'zod';
import { entrancesOpenTo } from '../../../../site/access.ts';
import { findUser } from '../../../../site/users.ts';
import { defineOperation, READS } from '../../../operation.ts';
import { acsEntrance, toAcsEntrance } from '../../../wire/acs-entrance.ts';
import { namesOneUser, ONE_USER, systemUserParameters, toUserName } from '../../../wire/acs-user.ts';

export const acsUsersListAccessibleEntrances = defineOperation({
  path: '/acs/users/list_accessible_entrances',
  methods: READS,
  scopes: ['read'],
  summary:
    'The entrances that a user may open: by grants, access groups and credentials; none while suspended, or once the access schedule has ended',
  isPersonal: true,
  input: z.object(systemUserParameters).refine(namesOneUser, ONE_USER),
  output: z.object({ acs_entrances: z.array(acsEntrance) }),
  handle: ({ input, desk: { site } }) => {
    const entrances = entrancesOpenTo(site, findUser(site, toUserName(input)));
    return { acs_entrances: entrances.map((entrance) => toAcsEntrance(entrance, site)) };
  },
});
