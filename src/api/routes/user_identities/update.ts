import { z } from 'zod';
import { updateUserIdentity } from '../../../site/identities.ts';
import { defineOperation, PATCHES } from '../../operation.ts';
import { emailAddressParameter, phoneNumberParameter } from '../../wire/acs-user.ts';
import { idParameter, nameParameter } from '../../wire/fields.ts';
import { identityKeyParameter } from '../../wire/user-identity.ts';

export const userIdentitiesUpdate = defineOperation({
  path: '/user_identities/update',
  methods: PATCHES,
  scopes: ['manage'],
  summary: 'Changes what is given of a user identity; null takes it away',
  input: z.object({
    user_identity_id: idParameter,
    user_identity_key: identityKeyParameter.nullish(),
    full_name: nameParameter.nullish(),
    email_address: emailAddressParameter.nullish(),
    phone_number: phoneNumberParameter.nullish(),
  }),
  output: z.object({}),
  handle: ({ input, desk: { site } }) => {
    updateUserIdentity(site, input.user_identity_id, {
      ...(input.user_identity_key === undefined ? {} : { key: input.user_identity_key }),
      ...(input.full_name === undefined ? {} : { fullName: input.full_name }),
      ...(input.email_address === undefined ? {} : { emailAddress: input.email_address }),
      ...(input.phone_number === undefined ? {} : { phoneNumber: input.phone_number }),
    });
    return {};
  },
});
