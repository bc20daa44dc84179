import { z } from 'zod';
import { createCredential } from '../../../../site/new-credential.ts';
import { checkEntrances } from '../../../../site/systems.ts';
import { findUser } from '../../../../site/users.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import { acsCredential, toAcsCredential } from '../../../wire/acs-credential.ts';
import { idParameter, timeParameter } from '../../../wire/fields.ts';

export const acsCredentialsCreateOfflineCode = defineOperation({
  path: '/acs/credentials/create_offline_code',
  methods: POSTS,
  scopes: ['manage'],
  summary: 'Makes a PIN code for one entrance; the site draws its digits',
  input: z.object({
    acs_user_id: idParameter,
    allowed_acs_entrance_id: idParameter,
    starts_at: timeParameter.optional(),
    ends_at: timeParameter.optional(),
    is_one_time_use: z.boolean().default(false),
  }),
  output: z.object({ acs_credential: acsCredential }),
  handle: ({ input, desk: { site } }) =>
    site.store.transaction(() => {
      checkEntrances(site, [input.allowed_acs_entrance_id]);
      const credential = createCredential(site, {
        accessMethod: 'code',
        acsUserId: findUser(site, { acsUserId: input.acs_user_id }).id,
        code: null,
        startsAt: input.starts_at ?? null,
        endsAt: input.ends_at ?? null,
        entranceIds: [input.allowed_acs_entrance_id],
        isOneTimeUse: input.is_one_time_use,
      });
      return { acs_credential: toAcsCredential(credential, site) };
    }),
});
