import { z } from 'zod';
import { findUser } from '../../../../site/users.ts';
import { defineOperation, READS } from '../../../operation.ts';
import {
  acsUser,
  namesOneUser,
  ONE_USER,
  systemUserParameters,
  toAcsUser,
  toUserName,
} from '../../../wire/acs-user.ts';

export const acsUsersGet = defineOperation({
  path: '/acs/users/get',
  methods: READS,
  scopes: ['read'],
  summary: 'One user',
  isPersonal: true,
  input: z.object(systemUserParameters).refine(namesOneUser, ONE_USER),
  output: z.object({ acs_user: acsUser }),
  handle: ({ input, desk: { site } }) => ({ acs_user: toAcsUser(findUser(site, toUserName(input)), site) }),
});
