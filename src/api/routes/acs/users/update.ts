import { z } from 'zod';
import { updateUser } from '../../../../site/users.ts';
import { defineOperation, PATCHES } from '../../../operation.ts';
import {
  accessScheduleParameter,
  emailAddressParameter,
  namesOneUser,
  ONE_USER,
  phoneNumberParameter,
  toAccessSchedule,
  toUserName,
  userNameParameters,
} from '../../../wire/acs-user.ts';

export const acsUsersUpdate = defineOperation({
  path: '/acs/users/update',
  methods: PATCHES,
  scope: 'manage',
  summary: 'Changes what is given of a user',
  input: z
    .object({
      ...userNameParameters,
      acs_system_id: z.string().optional(),
      full_name: z.string().min(1).optional(),
      email_address: emailAddressParameter.optional(),
      phone_number: phoneNumberParameter.optional(),
      access_schedule: accessScheduleParameter.nullish(),
    })
    .refine(namesOneUser, ONE_USER),
  output: z.object({}),
  handle: ({ input, desk: { site } }) => {
    updateUser(site, toUserName(input), {
      ...(input.full_name === undefined ? {} : { fullName: input.full_name }),
      ...(input.email_address === undefined ? {} : { emailAddress: input.email_address }),
      ...(input.phone_number === undefined ? {} : { phoneNumber: input.phone_number }),
      ...(input.access_schedule === undefined
        ? {}
        : { accessSchedule: toAccessSchedule(input.access_schedule, site.clock.now()) }),
    });
    return {};
  },
});
