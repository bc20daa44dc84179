import { z } from 'zod';
import { createCredential } from '../../../../site/credentials.ts';
import { checkEntrances, checkSystem } from '../../../../site/systems.ts';
import { beneficiaryOf, userFor } from '../../../../site/users.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import { acsCredential, codeParameter, toAcsCredential } from '../../../wire/acs-credential.ts';
import { namesOneUser, ONE_USER, toUserName, userNameParameters } from '../../../wire/acs-user.ts';
import { idParameter, timeParameter } from '../../../wire/fields.ts';

export const acsCredentialsCreate = defineOperation({
  path: '/acs/credentials/create',
  methods: POSTS,
  scopes: ['manage'],
  summary: 'Makes a credential: a PIN code, or a card that is still to be issued',
  input: z
    .object({
      access_method: z.enum(['card', 'code']),
      ...userNameParameters,
      acs_system_id: idParameter.optional(),
      allowed_acs_entrance_ids: z.array(idParameter).default([]),
      code: codeParameter.optional(),
      starts_at: timeParameter.optional(),
      ends_at: timeParameter.optional(),
    })
    .refine(namesOneUser, ONE_USER)
    .refine(({ access_method, code }) => (access_method === 'code') === (code !== undefined), {
      path: ['code'],
      message: 'A code is needed for access_method "code", and only there',
    })
    .refine(
      ({ starts_at, ends_at }) => starts_at === undefined || ends_at === undefined || starts_at < ends_at,
      { path: ['ends_at'], message: 'ends_at must be after starts_at' },
    ),
  output: z.object({ acs_credential: acsCredential }),
  handle: ({ input, desk: { site } }) =>
    site.store.transaction(() => {
      if (input.acs_system_id !== undefined) checkSystem(site, input.acs_system_id);
      checkEntrances(site, input.allowed_acs_entrance_ids);
      const credential = createCredential(site, {
        accessMethod: input.access_method,
        acsUserId: userFor(site, beneficiaryOf(toUserName(input))).id,
        code: input.code ?? null,
        startsAt: input.starts_at ?? null,
        endsAt: input.ends_at ?? null,
        entranceIds: [...new Set(input.allowed_acs_entrance_ids)],
      });
      return { acs_credential: toAcsCredential(credential, site) };
    }),
});
