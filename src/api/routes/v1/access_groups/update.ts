import { z } from 'zod';
import { updateAccessGroup } from '../../../../site/access-groups.ts';
import { defineOperation, PATCHES } from '../../../operation.ts';
import {
  accessGroupNameParameter,
  acsAccessGroup,
  toAcsAccessGroup,
} from '../../../wire/acs-access-group.ts';
import { idParameter } from '../../../wire/fields.ts';

export const accessGroupsUpdate = defineOperation({
  path: '/v1/access_groups/update',
  methods: PATCHES,
  scopes: ['manage'],
  summary: 'Changes what is given of an access group: its name, and what its users may open',
  input: z.object({
    acs_access_group_id: idParameter,
    name: accessGroupNameParameter.optional(),
    acs_entrance_ids: z.array(idParameter).optional(),
  }),
  output: z.object({ acs_access_group: acsAccessGroup }),
  handle: ({ input, desk: { site } }) => {
    const { name, acs_entrance_ids: entranceIds } = input;
    const group = updateAccessGroup(site, input.acs_access_group_id, {
      ...(name === undefined ? {} : { name }),
      ...(entranceIds === undefined ? {} : { entranceIds }),
    });
    return { acs_access_group: toAcsAccessGroup(group, site) };
  },
});
