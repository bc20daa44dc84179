import { z } from 'zod';
import { findAccessGroup } from '../../../../site/access-groups.ts';
import { EVERY_ROW } from '../../../../store/paging.ts';
import { defineOperation, READS } from '../../../operation.ts';
import { acsEntrance, toAcsEntrance } from '../../../wire/acs-entrance.ts';
import { idParameter } from '../../../wire/fields.ts';

export const acsAccessGroupsListAccessibleEntrances = defineOperation({
  path: '/acs/access_groups/list_accessible_entrances',
  methods: READS,
  scopes: ['read'],
  summary: 'The entrances that the users of an access group may open by it',
  input: z.object({ acs_access_group_id: idParameter }),
  output: z.object({ acs_entrances: z.array(acsEntrance) }),
  handle: ({ input, desk: { site } }) => {
    const { id } = findAccessGroup(site, input.acs_access_group_id);
    const { rows } = site.store.entrances.list({ acsAccessGroupId: id }, EVERY_ROW);
    return { acs_entrances: rows.map((entrance) => toAcsEntrance(entrance, site)) };
  },
});
