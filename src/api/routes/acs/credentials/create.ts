import { z } from 'zod';
import { ACCESS_METHODS, VENDORS } from '../../../../model/credential.ts';
import { createCredential } from '../../../../site/new-credential.ts';
import { checkEntrances, checkSystem } from '../../../../site/systems.ts';
import { beneficiaryOf, userFor } from '../../../../site/users.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import { acsCredential, codeParameter, toAcsCredential } from '../../../wire/acs-credential.ts';
import { namesOneUser, ONE_USER, toUserName, userNameParameters } from '../../../wire/acs-user.ts';
import { idParameter, timeParameter } from '../../../wire/fields.ts';
import { vendorMetadata } from '../../../wire/vendor-metadata.ts';

const parameters = z
  .object({
    /** An app that gives a code and nothing else means a PIN. */
    access_method: z.enum(ACCESS_METHODS).optional(),
    ...userNameParameters,
    acs_system_id: idParameter.optional(),
    allowed_acs_entrance_ids: z.array(idParameter).default([]),
    code: codeParameter.optional(),
    starts_at: timeParameter.optional(),
    ends_at: timeParameter.optional(),
    is_multi_phone_sync_credential: z.boolean().default(false),
    credential_manager_acs_system_id: idParameter.optional(),
    ...vendorMetadata,
  })
  .refine(namesOneUser, ONE_USER)
  .superRefine(({ access_method, code }, context) => {
    if (access_method !== undefined || code !== undefined) return;
    context.addIssue({ code: 'invalid_type', expected: 'string', input: undefined, path: ['access_method'] });
  });

export const acsCredentialsCreate = defineOperation({
  path: '/acs/credentials/create',
  methods: POSTS,
  scopes: ['manage'],
  summary: 'Makes a credential: a PIN code, a card that is still to be issued, or a key for a phone',
  input: parameters,
  output: z.object({ acs_credential: acsCredential }),
  handle: ({ input, desk: { site } }) =>
    site.store.transaction(() => {
      const { acs_system_id, credential_manager_acs_system_id, allowed_acs_entrance_ids } = input;
      for (const id of [acs_system_id, credential_manager_acs_system_id]) {
        if (id !== undefined) checkSystem(site, id);
      }
      checkEntrances(site, allowed_acs_entrance_ids);
      const credential = createCredential(site, {
        accessMethod: input.access_method ?? 'code',
        acsUserId: userFor(site, beneficiaryOf(toUserName(input))).id,
        code: input.code ?? null,
        startsAt: input.starts_at ?? null,
        endsAt: input.ends_at ?? null,
        entranceIds: [...new Set(allowed_acs_entrance_ids)],
        isMultiPhoneSync: input.is_multi_phone_sync_credential,
        vendorMetadata: toVendorMetadata(input),
        joinedIds: input.visionline_metadata?.joiner_acs_credential_ids ?? [],
      });
      return { acs_credential: toAcsCredential(credential, site) };
    }),
});

function toVendorMetadata(input: z.output<typeof parameters>) {
  return Object.fromEntries(
    VENDORS.flatMap((vendor) => (input[vendor] === undefined ? [] : [[vendor, input[vendor]]])),
  );
}
