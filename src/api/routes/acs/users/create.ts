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
import { idParameter, nameParameter } from '../../../wire/fields.ts';

export const acsUsersCreate = defineOperation({
  path: '/acs/users/create',
  methods: POSTS,
  scopes: ['manage'],
  summary: 'Makes a user',
  input: z.object({
    acs_system_id: idParameter,
    full_name: nameParameter,
    email_address: emailAddressParameter.optional(),
    /** Seam's older name for it. */
    email: emailAddressParameter.optional(),
    phone_number: phoneNumberParameter.optional(),
    user_identity_id: idParameter.optional(),
    acs_access_group_ids: z.array(idParameter).default([]),
    access_schedule: accessScheduleParameter.optional(),
  }),
  output: z.object({ acs_user: acsUser }),
  handle: ({ input, desk: { site } }) => {
    checkSystem(site, input.acs_system_id);
    const order = {
      fullName: input.full_name,
      emailAddress: input.email_address ?? input.email ?? null,
      phoneNumber: input.phone_number ?? null,
      accessSchedule: toAccessSchedule(input.access_schedule, site.clock.now()),
      userIdentityId: input.user_identity_id ?? null,
    };
    const user = createUser(site, order, input.acs_access_group_ids);
    return { acs_user: toAcsUser(user, site) };
  },
});
