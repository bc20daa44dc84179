import { z } from 'zod';
import type { User, UserIdentity } from '../../model/user.ts';
import type { Site } from '../../site/site.ts';
import type { UserName } from '../../site/users.ts';
import { EVERY_ROW } from '../../store/paging.ts';
import { idParameter, isoTime, timeParameter, toIsoTime } from './fields.ts';
import { toUserMutations, userMutation } from './pending-mutation.ts';
import {
  type RefusedMessage,
  refusedAt,
  refusedOf,
  type Standing,
  standingOf,
  standingsOf,
} from './sync-standing.ts';

/** What the backend refused of a user. */
const userError = z.object({
  error_code: z.enum([
    'deleted_externally',
    'failed_to_create_on_acs_system',
    'failed_to_update_on_acs_system',
    'failed_to_delete_on_acs_system',
  ]),
  message: z.string(),
  created_at: isoTime,
});

export const acsUser = z
  .object({
    acs_user_id: z.uuid(),
    acs_system_id: z.uuid(),
    connected_account_id: z.uuid(),
    workspace_id: z.uuid(),
    display_name: z.string(),
    full_name: z.string(),
    email: z.email().optional(),
    email_address: z.email().optional(),
    phone_number: z.string().optional(),
    access_schedule: z.object({ starts_at: isoTime, ends_at: isoTime.nullable() }).optional(),
    user_identity_id: z.uuid().optional(),
    user_identity_full_name: z.string().optional(),
    user_identity_email_address: z.email().optional(),
    user_identity_phone_number: z.string().optional(),
    is_suspended: z.boolean(),
    hid_acs_system_id: z.uuid().optional(),
    created_at: isoTime,
    errors: z.array(userError),
    /** Always empty: a desk has none to tell. */
    warnings: z.array(z.never()),
    /** Only where the desk has a backend. */
    pending_mutations: z.array(userMutation).optional(),
    is_managed: z.literal(true),
    last_successful_sync_at: isoTime.nullable(),
  })
  .meta({ id: 'acs_user' });

/** What Seam calls a user that it only found; there are none here. */
export const unmanagedAcsUser = acsUser
  .extend({ is_managed: z.literal(false) })
  .meta({ id: 'unmanaged_acs_user' });

export function toAcsUser(user: User, site: Site): z.input<typeof acsUser> {
  const person = user.userIdentityId === null ? null : site.store.userIdentities.get(user.userIdentityId);
  return describe(user, person ?? undefined, standingOf(site, { kind: 'acs_user', id: user.id }), site);
}

/** The same for many: their identities are read at once, and how they stand with the backend. */
export function toAcsUsers(users: readonly User[], site: Site): z.input<typeof acsUser>[] {
  const ids = users.flatMap(({ userIdentityId }) => userIdentityId ?? []);
  const people = new Map(
    ids.length === 0
      ? []
      : site.store.userIdentities.list({ ids }, EVERY_ROW).rows.map((person) => [person.id, person]),
  );
  const ofUser = standingsOf(
    site,
    'acs_user',
    users.map(({ id }) => id),
  );
  return users.map((user) => describe(user, people.get(user.userIdentityId ?? ''), ofUser(user.id), site));
}

function describe(
  user: User,
  person: UserIdentity | undefined,
  standing: Standing | null,
  { identity }: Site,
): z.input<typeof acsUser> {
  return {
    acs_user_id: user.id,
    acs_system_id: identity.acsSystemId,
    connected_account_id: identity.connectedAccountId,
    workspace_id: identity.workspaceId,
    display_name: user.fullName,
    full_name: user.fullName,
    email: user.emailAddress ?? undefined,
    email_address: user.emailAddress ?? undefined,
    phone_number: user.phoneNumber ?? undefined,
    user_identity_id: user.userIdentityId ?? undefined,
    user_identity_full_name: person?.fullName ?? undefined,
    user_identity_email_address: person?.emailAddress ?? undefined,
    user_identity_phone_number: person?.phoneNumber ?? undefined,
    access_schedule:
      user.accessSchedule === null
        ? undefined
        : {
            starts_at: toIsoTime(user.accessSchedule.startsAt),
            ends_at: user.accessSchedule.endsAt === null ? null : toIsoTime(user.accessSchedule.endsAt),
          },
    is_suspended: user.isSuspended,
    hid_acs_system_id: user.hidAcsSystemId ?? undefined,
    created_at: toIsoTime(user.createdAt),
    errors: refusedOf(standing).map(toUserError),
    warnings: [],
    pending_mutations: standing === null ? undefined : toUserMutations(standing, user.createdAt),
    is_managed: true,
    last_successful_sync_at:
      standing === null || standing.syncedAt === null ? null : toIsoTime(standing.syncedAt),
  };
}

const FAILURES = {
  created: 'failed_to_create_on_acs_system',
  updated: 'failed_to_update_on_acs_system',
  deleted: 'failed_to_delete_on_acs_system',
} as const;

function toUserError(message: RefusedMessage): z.input<typeof userError> {
  const { refusal, change } = message;
  return {
    error_code: refusal.code === 'deleted_above' ? 'deleted_externally' : FAILURES[change.action],
    message: refusal.message,
    created_at: toIsoTime(refusedAt(message)),
  };
}

/** E.164: a plus sign and up to 15 digits. */
export const phoneNumberParameter = z
  .string()
  .regex(/^\+[1-9]\d{1,14}$/, 'Expected a phone number as +4915112345678');

export const emailAddressParameter = z.email('Expected an e-mail address');

/** When access begins and ends. */
export const accessScheduleParameter = z
  .object({ starts_at: timeParameter.optional(), ends_at: timeParameter.nullish() })
  .refine(
    ({ starts_at, ends_at }) => ends_at == null || starts_at === undefined || starts_at < ends_at,
    'ends_at must be after starts_at',
  );

/** The schedule that a request asks for; one without a start begins now. */
export function toAccessSchedule(
  schedule: z.output<typeof accessScheduleParameter> | null | undefined,
  now: number,
): User['accessSchedule'] {
  return schedule == null ? null : { startsAt: schedule.starts_at ?? now, endsAt: schedule.ends_at ?? null };
}

/** The two ways to name a user; checked by `namesOneUser`. */
export const userNameParameters = {
  acs_user_id: idParameter.optional(),
  user_identity_id: idParameter.optional(),
};

/** The same, and in which access system. */
export const systemUserParameters = { ...userNameParameters, acs_system_id: idParameter.optional() };

interface UserNames {
  readonly acs_user_id?: string | undefined;
  readonly user_identity_id?: string | undefined;
  readonly acs_system_id?: string | undefined;
}

/** The message when a request does not name exactly one user. */
export const ONE_USER = 'Must specify either acs_user_id or user_identity_id, and not both';

/** Whether exactly one of the two is there. */
export function namesOneUser({ acs_user_id, user_identity_id }: UserNames): boolean {
  return (acs_user_id === undefined) !== (user_identity_id === undefined);
}

/** For input that `namesOneUser` has let pass. */
export function toUserName({
  acs_user_id,
  user_identity_id,
  acs_system_id: acsSystemId,
}: UserNames): UserName {
  if (acs_user_id !== undefined) return { acsUserId: acs_user_id, acsSystemId };
  if (user_identity_id !== undefined) return { userIdentityId: user_identity_id, acsSystemId };
  throw new Error(ONE_USER);
}
