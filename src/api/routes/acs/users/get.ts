import { z } from 'zod';
import { findUser } from '../../../../site/users.ts';
import { defineOperation, READS } from '../../../operation.ts';
import {
  acsUser,
  namesOneUser,
  ONE_USER,
  toAcsUser,
  toUserName,
  userNameParameters,
} from '../../../wire/acs-user.ts';

export const acsUsersGet = defineOperation({
  path: '/acs/users/get',
  methods: READS,
  scopes: ['read'],
  summary: 'One user',
  input: z
    .object({ ...userNameParameters, acs_system_id: z.string().optional() })
    .refine(namesOneUser, ONE_USER),
  output: z.object({ acs_user: acsUser }),
  handle: ({ input, desk: { site } }) => ({ acs_user: toAcsUser(findUser(site, toUserName(input)), site) }),
});
