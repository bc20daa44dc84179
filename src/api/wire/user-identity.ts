import { z } from 'zod';
import { identityDisplayName, type UserIdentity } from '../../model/user.ts';
import type { Site } from '../../site/site.ts';
import { isoTime, toIsoTime } from './fields.ts';

const remarks = z.array(z.object({ message: z.string(), created_at: isoTime }));

export const userIdentity = z
  .object({
    user_identity_id: z.uuid(),
    user_identity_key: z.string().nullable(),
    email_address: z.string().nullable(),
    phone_number: z.string().nullable(),
    full_name: z.string().nullable(),
    display_name: z.string(),
    acs_user_ids: z.array(z.uuid()),
    created_at: isoTime,
    workspace_id: z.uuid(),
    errors: remarks,
    warnings: remarks,
  })
  .meta({ id: 'user_identity' });

export function toUserIdentity(
  person: UserIdentity,
  { identity, store }: Site,
): z.input<typeof userIdentity> {
  const user = store.users.ofIdentity(person.id);
  return {
    user_identity_id: person.id,
    user_identity_key: person.key,
    email_address: person.emailAddress,
    phone_number: person.phoneNumber,
    full_name: person.fullName,
    display_name: identityDisplayName(person),
    acs_user_ids: user === null ? [] : [user.id],
    created_at: toIsoTime(person.createdAt),
    workspace_id: identity.workspaceId,
    errors: [],
    warnings: [],
  };
}
