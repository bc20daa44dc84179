import { z } from 'zod';
import { entrancesOpenTo } from '../../../site/access.ts';
import { findUserIdentity } from '../../../site/identities.ts';
import { defineOperation, READS } from '../../operation.ts';
import { acsEntrance, toAcsEntrance } from '../../wire/acs-entrance.ts';
import { idParameter } from '../../wire/fields.ts';

export const userIdentitiesListAccessibleEntrances = defineOperation({
  path: '/user_identities/list_accessible_entrances',
  methods: READS,
  scopes: ['read'],
  summary: 'The entrances that the user of a user identity may open',
  isPersonal: true,
  input: z.object({ user_identity_id: idParameter }),
  output: z.object({ acs_entrances: z.array(acsEntrance) }),
  handle: ({ input, desk: { site } }) => {
    const user = site.store.users.ofIdentity(findUserIdentity(site, input.user_identity_id).id);
    const entrances = user === null ? [] : entrancesOpenTo(site, user);
    return { acs_entrances: entrances.map((entrance) => toAcsEntrance(entrance, site)) };
  },
});
