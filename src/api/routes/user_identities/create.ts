import { z } from 'zod';
import { createUserIdentity } from '../../../site/identities.ts';
import { checkSystem } from '../../../site/systems.ts';
import { userFor } from '../../../site/users.ts';
import { defineOperation, POSTS } from '../../operation.ts';
import { emailAddressParameter, phoneNumberParameter } from '../../wire/acs-user.ts';
import { idParameter, nameParameter } from '../../wire/fields.ts';
import { identityKeyParameter, toUserIdentity, userIdentity } from '../../wire/user-identity.ts';

export const userIdentitiesCreate = defineOperation({
  path: '/user_identities/create',
  methods: POSTS,
  scopes: ['manage'],
  summary: 'Makes a user identity, and users for it in the access systems that are named',
  input: z.object({
    user_identity_key: identityKeyParameter.nullish(),
    full_name: nameParameter.nullish(),
    email_address: emailAddressParameter.nullish(),
    phone_number: phoneNumberParameter.nullish(),
    acs_system_ids: z.array(idParameter).optional(),
  }),
  output: z.object({ user_identity: userIdentity }),
  handle: ({ input, desk: { site } }) =>
    site.store.transaction(() => {
      for (const id of input.acs_system_ids ?? []) checkSystem(site, id);
      const person = createUserIdentity(site, {
        key: input.user_identity_key ?? null,
        fullName: input.full_name ?? null,
        emailAddress: input.email_address ?? null,
        phoneNumber: input.phone_number ?? null,
      });
      if ((input.acs_system_ids ?? []).length > 0) {
        userFor(site, { kind: 'user_identity', userIdentityId: person.id });
      }
      return { user_identity: toUserIdentity(person, site) };
    }),
});
