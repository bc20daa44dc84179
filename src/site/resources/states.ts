import { z } from 'zod';
import { CARD_TECHNOLOGIES } from '../../model/card.ts';
import { CARD_FORMATS } from '../../model/card-format.ts';
import { ACCESS_METHODS, PLAIN_CREDENTIAL, VENDORS } from '../../model/credential.ts';
import type { ResourceKind, ResourceName, ResourceState, ResourceStates } from '../../model/resource.ts';

/** A state that nobody can store: it lacks something, or has something of another type than it must be. */
export class InvalidState extends Error {
  readonly resource: ResourceName;
  /** Which names of the state are wrong. */
  readonly fields: readonly string[];

  constructor(resource: ResourceName, fields: readonly string[]) {
    super(`${resource.kind} ${resource.id}: no valid ${fields.join(', ')}`);
    this.name = 'InvalidState';
    this.resource = resource;
    this.fields = fields;
  }
}

const text = z.string();
const optionalText = text.nullable();
const time = z.int();
const optionalTime = time.nullable();
const ids = z.array(text).transform((given) => [...new Set(given)]);

const cardRecord = z.object({
  siteId: text,
  credentialId: text,
  issueCounter: z.int(),
  startsAt: optionalTime,
  endsAt: optionalTime,
  entrances: z.array(z.int()),
  replacesLostCard: z.boolean(),
});

/** A card has 16 bits for an entrance's number. */
const entranceNumber = z.int().min(1).max(65_535);

const SCHEMAS: { readonly [K in ResourceKind]: z.ZodType<ResourceStates[K]> } = {
  acs_entrance: z.object({
    number: entranceNumber,
    name: text,
    hotekMetadata: z
      .object({
        room_number: text.exactOptional(),
        common_area_number: text.exactOptional(),
        common_area_name: text.exactOptional(),
      })
      .nullable(),
    isMadeByReport: z.boolean(),
    createdAt: time,
  }),
  acs_access_group: z.object({ name: text, entranceIds: ids, createdAt: time }),
  user_identity: z.object({
    key: optionalText,
    fullName: optionalText,
    emailAddress: optionalText,
    phoneNumber: optionalText,
    createdAt: time,
  }),
  acs_user: z.object({
    fullName: text,
    emailAddress: optionalText,
    phoneNumber: optionalText,
    accessSchedule: z.object({ startsAt: time, endsAt: optionalTime }).nullable(),
    userIdentityId: optionalText,
    isSuspended: z.boolean(),
    hidAcsSystemId: optionalText,
    accessGroupIds: ids,
    grantedEntranceIds: ids,
    createdAt: time,
  }),
  acs_credential: z.object({
    accessMethod: z.enum(ACCESS_METHODS),
    acsUserId: optionalText,
    code: optionalText,
    cardNumber: optionalText,
    cardUid: optionalText,
    cardTechnology: z.enum(CARD_TECHNOLOGIES).nullable(),
    cardFormat: z.enum(CARD_FORMATS).nullable(),
    recordOnCard: cardRecord.nullable(),
    entranceIds: ids,
    issueCounter: z.int().min(0),
    hasLostCards: z.boolean(),
    startsAt: optionalTime,
    endsAt: optionalTime,
    isMultiPhoneSync: z.boolean(),
    isOneTimeUse: z.boolean(),
    vendorMetadata: z.partialRecord(z.enum(VENDORS), z.record(text, z.unknown())),
    scheduleModifiedAt: optionalTime,
    scheduleExternallyModifiedAt: optionalTime,
    unfinishedWriteAt: optionalTime,
    isIssued: z.boolean(),
    issuedAt: optionalTime,
    createdAt: time,
  }),
};

/** What a new thing is where nobody says otherwise; the number of an entrance comes from the store. */
const NEW: Readonly<Record<ResourceKind, ResourceState>> = {
  acs_entrance: { hotekMetadata: null, isMadeByReport: false },
  acs_access_group: { entranceIds: [] },
  user_identity: { key: null, fullName: null, emailAddress: null, phoneNumber: null },
  acs_user: {
    fullName: 'Unnamed person',
    emailAddress: null,
    phoneNumber: null,
    accessSchedule: null,
    userIdentityId: null,
    isSuspended: false,
    hidAcsSystemId: null,
    accessGroupIds: [],
    grantedEntranceIds: [],
  },
  acs_credential: {
    accessMethod: 'card',
    acsUserId: null,
    code: null,
    cardNumber: null,
    cardUid: null,
    cardTechnology: null,
    cardFormat: null,
    entranceIds: [],
    issueCounter: 0,
    hasLostCards: false,
    startsAt: null,
    endsAt: null,
    isMultiPhoneSync: PLAIN_CREDENTIAL.isMultiPhoneSync,
    isOneTimeUse: PLAIN_CREDENTIAL.isOneTimeUse,
    vendorMetadata: {},
    scheduleModifiedAt: null,
    recordOnCard: null,
    scheduleExternallyModifiedAt: null,
    unfinishedWriteAt: null,
    isIssued: false,
    issuedAt: null,
  },
};

/** A new thing made at `now` (milliseconds since 1970) of which only `state` is known. Its name, where it must have one, is its id until somebody says better. */
export function newState({ kind, id }: ResourceName, now: number, state: ResourceState): ResourceState {
  const isNamed = kind === 'acs_entrance' || kind === 'acs_access_group';
  return { ...NEW[kind], createdAt: now, ...(isNamed ? { name: id } : {}), ...state };
}

/** The whole state of a thing, as its kind has it; names that the kind does not have are left out. Throws InvalidState. */
export function validState<K extends ResourceKind>(
  resource: { readonly kind: K; readonly id: string },
  state: ResourceState,
): ResourceStates[K] {
  const schema: z.ZodType<ResourceStates[K]> = SCHEMAS[resource.kind];
  const parsed = schema.safeParse(state);
  if (parsed.success) return parsed.data;
  throw new InvalidState(resource, [...new Set(parsed.error.issues.map(({ path }) => String(path[0])))]);
}
