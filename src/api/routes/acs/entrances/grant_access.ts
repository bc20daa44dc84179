import { z } from 'zod';
import { grantAccess } from '../../../../site/access.ts';
import { beneficiaryOf } from '../../../../site/users.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import { namesOneUser, ONE_USER, toUserName, userNameParameters } from '../../../wire/acs-user.ts';
import { idParameter } from '../../../wire/fields.ts';

export const acsEntrancesGrantAccess = defineOperation({
  path: '/acs/entrances/grant_access',
  methods: POSTS,
  scopes: ['manage'],
  summary: 'Lets a user open an entrance; an identity that has no user gets one',
  input: z.object({ acs_entrance_id: idParameter, ...userNameParameters }).refine(namesOneUser, ONE_USER),
  output: z.object({}),
  handle: ({ input, desk: { site } }) => {
    grantAccess(site, input.acs_entrance_id, beneficiaryOf(toUserName(input)));
    return {};
  },
});
