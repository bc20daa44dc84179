import { z } from 'zod';
import { identityDisplayName, type UserIdentity } from '../../model/user.ts';
import type { IdentityName } from '../../site/identity-users.ts';
import type { Site } from '../../site/site.ts';
import { idParameter, isoTime, nameParameter, toIsoTime } from './fields.ts';

/** An identity's key in a request: what a name may be. */
export const identityKeyParameter = nameParameter;

/** Always empty: a desk has none to tell. */
const remarks = z.array(z.never());

export const userIdentity = z
  .object({
    user_identity_id: z.uuid(),
    user_identity_key: z.string().nullable(),
    email_address: z.email().nullable(),
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

/** What Seam calls an identity that it only found; there are none here. */
export const unmanagedUserIdentity = userIdentity
  .omit({ user_identity_key: true })
  .meta({ id: 'unmanaged_user_identity' });

export function toUserIdentity(person: UserIdentity, site: Site): z.input<typeof userIdentity> {
  return describe(person, site.store.users.ofIdentity(person.id)?.id, site);
}

/** The same for many: their users are read at once. */
export function toUserIdentities(
  people: readonly UserIdentity[],
  site: Site,
): z.input<typeof userIdentity>[] {
  const users = new Map(
    site.store.users.ofIdentities(people.map(({ id }) => id)).map((user) => [user.userIdentityId, user.id]),
  );
  return people.map((person) => describe(person, users.get(person.id), site));
}

function describe(
  person: UserIdentity,
  acsUserId: string | undefined,
  { identity }: Site,
): z.input<typeof userIdentity> {
  return {
    user_identity_id: person.id,
    user_identity_key: person.key,
    email_address: person.emailAddress,
    phone_number: person.phoneNumber,
    full_name: person.fullName,
    display_name: identityDisplayName(person),
    acs_user_ids: acsUserId === undefined ? [] : [acsUserId],
    created_at: toIsoTime(person.createdAt),
    workspace_id: identity.workspaceId,
    errors: [],
    warnings: [],
  };
}

/** The two ways to name an identity; checked by `namesOneIdentity`. */
export const identityNameParameters = {
  user_identity_id: idParameter.optional(),
  user_identity_key: identityKeyParameter.optional(),
};

interface IdentityNames {
  readonly user_identity_id?: string | undefined;
  readonly user_identity_key?: string | undefined;
}

/** The message when a request does not name exactly one identity. */
export const ONE_IDENTITY = 'Must specify either user_identity_id or user_identity_key, and not both';

/** Whether exactly one of the two is there. */
export function namesOneIdentity({ user_identity_id, user_identity_key }: IdentityNames): boolean {
  return (user_identity_id === undefined) !== (user_identity_key === undefined);
}

/** For input that `namesOneIdentity` has let pass. */
export function toIdentityName({ user_identity_id, user_identity_key }: IdentityNames): IdentityName {
  if (user_identity_id !== undefined) return { userIdentityId: user_identity_id };
  if (user_identity_key !== undefined) return { key: user_identity_key };
  throw new Error(ONE_IDENTITY);
}
