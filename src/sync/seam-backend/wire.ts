import { z } from 'zod';
import { ACCESS_METHODS, VENDORS } from '../../model/credential.ts';
import type { Json, ResourceKind, ResourceState } from '../../model/resource.ts';
import type { MirrorItem } from '../../model/sync.ts';

/*
 * Seam's things, as far as a desk can use them, and what they are in the model. Seam leaves out what is not there; some backends say null.
 */

/** Milliseconds since 1970. */
const time = z
  .string()
  .transform((text) => Date.parse(text))
  .refine((at) => !Number.isNaN(at), 'Expected a time');

const text = z.string().nullish();

export const acsSystem = z.object({
  acs_system_id: z.string(),
  name: z.string().optional(),
  connected_account_id: z.string().optional(),
});

const pagination = z.object({ next_page_cursor: z.string().nullable() }).optional();

/** A page of a list; without `pagination` it is all that there is. */
export const pageOf = <Name extends string, Thing>(name: Name, thing: z.ZodType<Thing>) =>
  z.object({ pagination }).and(z.record(z.literal(name), z.array(thing)));

export const acsEntrance = z.object({
  acs_entrance_id: z.string(),
  display_name: z.string(),
  /** Another encoderd says it. */
  number: z.int().min(1).max(65_535).optional(),
  hotek_metadata: z
    .object({
      room_number: z.string().optional(),
      common_area_number: z.string().optional(),
      common_area_name: z.string().optional(),
    })
    .optional(),
  created_at: time,
});

export const acsAccessGroup = z.object({
  acs_access_group_id: z.string(),
  name: z.string(),
  created_at: time,
});

export const userIdentity = z.object({
  user_identity_id: z.string(),
  user_identity_key: text,
  full_name: text,
  email_address: text,
  phone_number: text,
  created_at: time,
});

export const acsUser = z.object({
  acs_user_id: z.string(),
  display_name: z.string(),
  full_name: text,
  email_address: text,
  /** Seam's older name for it. */
  email: text,
  phone_number: text,
  access_schedule: z.object({ starts_at: time, ends_at: time.nullish() }).nullish(),
  user_identity_id: text,
  is_suspended: z.boolean().optional(),
  hid_acs_system_id: text,
  created_at: time,
});

const vendorMetadata = z.record(z.string(), z.json()).nullish();

export const acsCredential = z.object({
  acs_credential_id: z.string(),
  access_method: z.enum(ACCESS_METHODS),
  acs_user_id: text,
  code: text,
  card_number: text,
  starts_at: time.nullish(),
  ends_at: time.nullish(),
  is_multi_phone_sync_credential: z.boolean().nullish(),
  is_one_time_use: z.boolean().nullish(),
  visionline_metadata: vendorMetadata,
  assa_abloy_vostio_metadata: vendorMetadata,
  salto_space_metadata: vendorMetadata,
  hotek_metadata: vendorMetadata,
  is_issued: z.boolean().nullish(),
  issued_at: time.nullish(),
  created_at: time,
});

export type WireUser = z.output<typeof acsUser>;
export type WireIdentity = z.output<typeof userIdentity>;
export type WireCredential = z.output<typeof acsCredential>;

const item = (kind: ResourceKind, id: string, state: ResourceState): MirrorItem => ({ kind, id, state });

export function entranceItem(entrance: z.output<typeof acsEntrance>): MirrorItem {
  const hotek = Object.entries(entrance.hotek_metadata ?? {}).filter(([, value]) => value !== undefined);
  return item('acs_entrance', entrance.acs_entrance_id, {
    name: entrance.display_name,
    ...(entrance.number === undefined ? {} : { number: entrance.number }),
    ...(hotek.length === 1 ? { hotekMetadata: Object.fromEntries(hotek) } : {}),
    createdAt: entrance.created_at,
  });
}

export function accessGroupItem(
  group: z.output<typeof acsAccessGroup>,
  entranceIds: readonly string[],
): MirrorItem {
  const { acs_access_group_id: id, name, created_at: createdAt } = group;
  return item('acs_access_group', id, { name, entranceIds, createdAt });
}

export function identityItem(identity: WireIdentity): MirrorItem {
  return item('user_identity', identity.user_identity_id, {
    key: identity.user_identity_key ?? null,
    fullName: identity.full_name ?? null,
    emailAddress: identity.email_address ?? null,
    phoneNumber: identity.phone_number ?? null,
    createdAt: identity.created_at,
  });
}

/** `accessGroupIds` null: the backend does not say. Which entrances were granted one by one Seam never says. */
export function userItem(user: WireUser, accessGroupIds: readonly string[] | null): MirrorItem {
  const { access_schedule: schedule } = user;
  return item('acs_user', user.acs_user_id, {
    fullName: user.full_name ?? user.display_name,
    emailAddress: user.email_address ?? user.email ?? null,
    phoneNumber: user.phone_number ?? null,
    accessSchedule:
      schedule == null ? null : { startsAt: schedule.starts_at, endsAt: schedule.ends_at ?? null },
    userIdentityId: user.user_identity_id ?? null,
    ...(user.is_suspended === undefined ? {} : { isSuspended: user.is_suspended }),
    hidAcsSystemId: user.hid_acs_system_id ?? null,
    createdAt: user.created_at,
    ...(accessGroupIds === null ? {} : { accessGroupIds }),
  });
}

/**
 * What a desk has found on a card or written on it is told only of a credential that the backend has issued itself: of what a desk issues it
 * never hears. `entranceIds` null: nobody asked.
 */
export function credentialItem(
  credential: WireCredential,
  entranceIds: readonly string[] | null = null,
): MirrorItem {
  const isMultiPhoneSync = credential.is_multi_phone_sync_credential;
  const isOneTimeUse = credential.is_one_time_use;
  const vendors = VENDORS.flatMap((vendor) => {
    const fields = credential[vendor];
    return fields == null ? [] : [[vendor, withoutVerdict(fields)]];
  });
  return item('acs_credential', credential.acs_credential_id, {
    accessMethod: credential.access_method,
    acsUserId: credential.acs_user_id ?? null,
    code: credential.code ?? null,
    startsAt: credential.starts_at ?? null,
    endsAt: credential.ends_at ?? null,
    ...(isMultiPhoneSync == null ? {} : { isMultiPhoneSync }),
    ...(isOneTimeUse == null ? {} : { isOneTimeUse }),
    ...(vendors.length === 0 ? {} : { vendorMetadata: Object.fromEntries(vendors) }),
    ...issueOf(credential),
    ...(entranceIds === null ? {} : { entranceIds }),
    createdAt: credential.created_at,
  });
}

function issueOf({ is_issued, issued_at, card_number }: WireCredential): ResourceState {
  if (is_issued !== true) return {};
  return {
    isIssued: true,
    issuedAt: issued_at ?? null,
    ...(card_number == null ? {} : { cardNumber: card_number }),
  };
}

/** `is_valid` is worked out anew each time that somebody asks. */
function withoutVerdict(fields: Readonly<Record<string, Json>>): ResourceState {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => name !== 'is_valid'));
}
