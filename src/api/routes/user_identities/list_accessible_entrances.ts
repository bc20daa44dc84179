import { z } from 'zod';
import { findUserIdentity } from '../../../site/identities.ts';
import { EVERY_ROW } from '../../../store/paging.ts';
import { defineOperation, READS } from '../../operation.ts';
import { acsEntrance, toAcsEntrance } from '../../wire/acs-entrance.ts';
import { EMPTY_PAGE, idParameter } from '../../wire/fields.ts';

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
    const page = user === null ? EMPTY_PAGE : site.store.entrances.list({ acsUserId: user.id }, EVERY_ROW);
    return { acs_entrances: page.rows.map((entrance) => toAcsEntrance(entrance, site)) };
  },
});
