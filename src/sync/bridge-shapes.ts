import { z } from 'zod';
import { CARD_TECHNOLOGIES } from '../model/card.ts';
import { CARD_FORMATS } from '../model/card-format.ts';
import { ACCESS_METHODS, VENDORS } from '../model/credential.ts';
import { type Json, RESOURCE_KINDS, type ResourceKind, type ResourceStates } from '../model/resource.ts';
import type { MirrorItem } from '../model/sync.ts';

/*
 * What two encoderds tell each other over the bridge: things as the model has them, under the model's own names. Times are milliseconds since
 * 1970.
 */

/** How large a report may be, bytes: one message about a thing that names very many others must have room. */
export const MOST_REPORT_BYTES = 512 * 1024;

/** An id: a UUID, which may also have been made from another system's id. */
export const resourceId = z.guid().toLowerCase();

const text = z.string().max(10_000);
const time = z.int();
const optionalText = text.nullable();
const optionalTime = time.nullable();
const ids = z.array(resourceId);
const digits = z.string().regex(/^\d{1,30}$/, 'Expected decimal digits');

/** Whatever JSON can hold: it came as that. */
const json = z.custom<Json>();

const hotekEntrance = z.strictObject({
  room_number: z.string().optional(),
  common_area_number: z.string().optional(),
  common_area_name: z.string().optional(),
});

const cardRecord = z.strictObject({
  siteId: resourceId,
  credentialId: resourceId,
  issueCounter: z.int().min(1).max(0xffff_ffff),
  startsAt: optionalTime,
  endsAt: optionalTime,
  entrances: z.array(z.int().min(1).max(65_535)),
  replacesLostCard: z.boolean(),
});

/** A shape for each name of a state. */
type Shape<State> = { readonly [name in keyof State]-?: z.ZodType<Json> };

const entrance: Shape<ResourceStates['acs_entrance']> = {
  number: z.int().min(1).max(65_535),
  name: text,
  hotekMetadata: hotekEntrance.nullable(),
  isMadeByReport: z.boolean(),
  createdAt: time,
};

const accessGroup: Shape<ResourceStates['acs_access_group']> = {
  name: text,
  entranceIds: ids,
  createdAt: time,
};

const userIdentity: Shape<ResourceStates['user_identity']> = {
  key: optionalText,
  fullName: optionalText,
  emailAddress: optionalText,
  phoneNumber: optionalText,
  createdAt: time,
};

const user: Shape<ResourceStates['acs_user']> = {
  fullName: text,
  emailAddress: optionalText,
  phoneNumber: optionalText,
  accessSchedule: z.strictObject({ startsAt: time, endsAt: optionalTime }).nullable(),
  userIdentityId: resourceId.nullable(),
  isSuspended: z.boolean(),
  hidAcsSystemId: optionalText,
  createdAt: time,
  accessGroupIds: ids,
  grantedEntranceIds: ids,
};

const credential: Shape<ResourceStates['acs_credential']> = {
  accessMethod: z.enum(ACCESS_METHODS),
  acsUserId: resourceId.nullable(),
  code: digits.nullable(),
  cardNumber: digits.nullable(),
  cardUid: z
    .string()
    .regex(/^([\dA-F]{2}){1,20}$/, 'Expected bytes in upper-case hexadecimal')
    .nullable(),
  cardTechnology: z.enum(CARD_TECHNOLOGIES).nullable(),
  cardFormat: z.enum(CARD_FORMATS).nullable(),
  recordOnCard: cardRecord.nullable(),
  entranceIds: ids,
  issueCounter: z.int().min(0).max(0xffff_ffff),
  hasLostCards: z.boolean(),
  startsAt: optionalTime,
  endsAt: optionalTime,
  isMultiPhoneSync: z.boolean(),
  isOneTimeUse: z.boolean(),
  vendorMetadata: z.partialRecord(z.enum(VENDORS), z.record(z.string(), json)),
  scheduleModifiedAt: optionalTime,
  scheduleExternallyModifiedAt: optionalTime,
  unfinishedWriteAt: optionalTime,
  isIssued: z.boolean(),
  issuedAt: optionalTime,
  createdAt: time,
};

/** The names of each kind's state, with what each may be. */
export const STATE_SHAPES: Readonly<Record<ResourceKind, Readonly<Record<string, z.ZodType<Json>>>>> = {
  acs_entrance: entrance,
  acs_access_group: accessGroup,
  user_identity: userIdentity,
  acs_user: user,
  acs_credential: credential,
};

/** What a thing of this kind may be said to be: some of its names or all; names of a newer version are left out. */
const partialState = (kind: ResourceKind) => z.object(STATE_SHAPES[kind]).partial().transform(withoutGaps);

const itemOf = <Kind extends ResourceKind>(kind: Kind) =>
  z.object({ kind: z.literal(kind), id: resourceId, state: partialState(kind).nullable() });

/** A thing as the other side has it; null: it is gone. */
export const mirrorItem: z.ZodType<MirrorItem> = z.discriminatedUnion('kind', [
  itemOf('acs_entrance'),
  itemOf('acs_access_group'),
  itemOf('user_identity'),
  itemOf('acs_user'),
  itemOf('acs_credential'),
]);

/** Which thing is meant. */
export const resourceName = z.object({ kind: z.enum(RESOURCE_KINDS), id: resourceId });

/** Without the names that have no value. */
export function withoutGaps<T>(given: Readonly<Record<string, T | undefined>>): Readonly<Record<string, T>> {
  const kept: Record<string, T> = {};
  for (const [name, value] of Object.entries(given)) if (value !== undefined) kept[name] = value;
  return kept;
}
