import { z } from 'zod';
import { createAccessGroup } from '../../../../site/access-groups.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import {
  accessGroupNameParameter,
  acsAccessGroup,
  toAcsAccessGroup,
} from '../../../wire/acs-access-group.ts';
import { idParameter } from '../../../wire/fields.ts';

export const accessGroupsCreate = defineOperation({
  path: '/v1/access_groups/create',
  methods: POSTS,
  scopes: ['manage'],
  summary: 'Makes an access group, whose users may open these entrances',
  input: z.object({ name: accessGroupNameParameter, acs_entrance_ids: z.array(idParameter).default([]) }),
  output: z.object({ acs_access_group: acsAccessGroup }),
  handle: ({ input: { name, acs_entrance_ids: entranceIds }, desk: { site } }) => ({
    acs_access_group: toAcsAccessGroup(createAccessGroup(site, { name, entranceIds }), site),
  }),
});
