import { z } from 'zod';
import { updateUser } from '../../../../site/users.ts';
import { defineOperation, PATCHES } from '../../../operation.ts';
import {
  accessScheduleParameter,
  emailAddressParameter,
  namesOneUser,
  ONE_USER,
  phoneNumberParameter,
  systemUserParameters,
  toAccessSchedule,
  toUserName,
} from '../../../wire/acs-user.ts';
import { nameParameter } from '../../../wire/fields.ts';

export const acsUsersUpdate = defineOperation({
  path: '/acs/users/update',
  methods: PATCHES,
  scopes: ['manage'],
  summary: 'Changes what is given of a user',
  input: z
    .object({
      ...systemUserParameters,
      full_name: nameParameter.optional(),
      email_address: emailAddressParameter.optional(),
      /** Seam's older name for it. */
      email: emailAddressParameter.optional(),
      phone_number: phoneNumberParameter.optional(),
      access_schedule: accessScheduleParameter.nullish(),
      /** Kept, and given back. */
      hid_acs_system_id: z.uuid().optional(),
    })
    .refine(namesOneUser, ONE_USER),
  output: z.object({}),
  handle: ({ input, desk: { site } }) => {
    const emailAddress = input.email_address ?? input.email;
    updateUser(site, toUserName(input), {
      ...(input.full_name === undefined ? {} : { fullName: input.full_name }),
      ...(emailAddress === undefined ? {} : { emailAddress }),
      ...(input.phone_number === undefined ? {} : { phoneNumber: input.phone_number }),
      ...(input.hid_acs_system_id === undefined ? {} : { hidAcsSystemId: input.hid_acs_system_id }),
      ...(input.access_schedule === undefined
        ? {}
        : { accessSchedule: toAccessSchedule(input.access_schedule, site.clock.now()) }),
    });
    return {};
  },
});
