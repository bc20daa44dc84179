import { z } from 'zod';
import { identityDisplayName, type UserIdentity } from '../../model/user.ts';
import type { IdentityName } from '../../site/identity-users.ts';
import type { Site } from '../../site/site.ts';
import { idParameter, isoTime, nameParameter, toIsoTime } from './fields.ts';
import { refusedAt, refusedOf, type Standing, standingOf, standingsOf } from './sync-standing.ts';

/** An identity's key in a request: what a name may be. */
export const identityKeyParameter = nameParameter;

/** What the backend refused of the identity's user. */
const identityError = z.object({
  error_code: z.literal('issue_with_acs_user'),
  acs_user_id: z.uuid(),
  acs_system_id: z.uuid(),
  message: z.string(),
  created_at: isoTime,
});

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
    errors: z.array(identityError),
    /** Always empty: a desk has none to tell. */
    warnings: z.array(z.never()),
  })
  .meta({ id: 'user_identity' });

/** What Seam calls an identity that it only found; there are none here. */
export const unmanagedUserIdentity = userIdentity
  .omit({ user_identity_key: true })
  .meta({ id: 'unmanaged_user_identity' });

export function toUserIdentity(person: UserIdentity, site: Site): z.input<typeof userIdentity> {
  const acsUserId = site.store.users.ofIdentity(person.id)?.id;
  const standing = acsUserId === undefined ? null : standingOf(site, { kind: 'acs_user', id: acsUserId });
  return describe(person, acsUserId, standing, site);
}

/** The same for many: their users are read at once, and how these stand with the backend. */
export function toUserIdentities(
  people: readonly UserIdentity[],
  site: Site,
): z.input<typeof userIdentity>[] {
  const users = new Map(
    site.store.users.ofIdentities(people.map(({ id }) => id)).map((user) => [user.userIdentityId, user.id]),
  );
  const ofUser = standingsOf(site, 'acs_user', [...users.values()]);
  return people.map((person) => {
    const acsUserId = users.get(person.id);
    return describe(person, acsUserId, ofUser(acsUserId ?? ''), site);
  });
}

function describe(
  person: UserIdentity,
  acsUserId: string | undefined,
  standing: Standing | null,
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
    errors:
      acsUserId === undefined
        ? []
        : refusedOf(standing).map((message) => ({
            error_code: 'issue_with_acs_user',
            acs_user_id: acsUserId,
            acs_system_id: identity.acsSystemId,
            message: message.refusal.message,
            created_at: toIsoTime(refusedAt(message)),
          })),
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
