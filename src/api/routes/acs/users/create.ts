import { z } from 'zod';
import { checkSystem } from '../../../../site/systems.ts';
import { createUser } from '../../../../site/users.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import {
  accessScheduleParameter,
  acsUser,
  emailAddressParameter,
  phoneNumberParameter,
  toAccessSchedule,
  toAcsUser,
} from '../../../wire/acs-user.ts';
import { idParameter } from '../../../wire/fields.ts';

export const acsUsersCreate = defineOperation({
  path: '/acs/users/create',
  methods: POSTS,
  scope: 'manage',
  summary: 'Makes a user',
  input: z.object({
    acs_system_id: idParameter,
    full_name: z.string().min(1),
    email_address: emailAddressParameter.optional(),
    phone_number: phoneNumberParameter.optional(),
    user_identity_id: idParameter.optional(),
    access_schedule: accessScheduleParameter.optional(),
  }),
  output: z.object({ acs_user: acsUser }),
  handle: ({ input, desk: { site } }) => {
    checkSystem(site, input.acs_system_id);
    const user = createUser(site, {
      fullName: input.full_name,
      emailAddress: input.email_address ?? null,
      phoneNumber: input.phone_number ?? null,
      accessSchedule: toAccessSchedule(input.access_schedule, site.clock.now()),
      userIdentityId: input.user_identity_id ?? null,
    });
    return { acs_user: toAcsUser(user, site) };
  },
});
