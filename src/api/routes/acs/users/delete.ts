import { z } from 'zod';
import { deleteUser } from '../../../../site/users.ts';
import { DELETES, defineOperation } from '../../../operation.ts';
import { namesOneUser, ONE_USER, systemUserParameters, toUserName } from '../../../wire/acs-user.ts';

export const acsUsersDelete = defineOperation({
  path: '/acs/users/delete',
  methods: DELETES,
  scopes: ['manage'],
  summary: 'Removes a user; codes go too, cards stay known and belong to nobody',
  input: z.object(systemUserParameters).refine(namesOneUser, ONE_USER),
  output: z.object({}),
  handle: ({ input, desk: { site } }) => {
    deleteUser(site, toUserName(input));
    return {};
  },
});
