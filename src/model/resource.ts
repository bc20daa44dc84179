import type { AccessGroup } from './access-group.ts';
import type { Credential } from './credential.ts';
import type { Entrance } from './entrance.ts';
import type { User, UserIdentity } from './user.ts';

/** What a desk and its backend both know of; each kind may name things of the kinds before it. */
export const RESOURCE_KINDS = [
  'acs_entrance',
  'acs_access_group',
  'user_identity',
  'acs_user',
  'acs_credential',
] as const;

export type ResourceKind = (typeof RESOURCE_KINDS)[number];

export interface ResourceName {
  readonly kind: ResourceKind;
  readonly id: string;
}

/** What a JSON text can hold. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [name: string]: Json | undefined };

/** Everything about a thing that a desk and its backend share, without its id: a flat object of JSON values under the model's own names. */
export type ResourceState = Readonly<Record<string, Json>>;

/** What belongs to each desk alone, or is worked out by each from the rest. */
type Derived = 'id' | 'userIdentityId' | 'needsReissue' | 'reissueNeededAt' | 'deletionAskedAt';

/** The shape of each kind's state. Of a user: with the groups that the user is in, and the entrances that were granted one by one. */
export interface ResourceStates {
  readonly acs_entrance: Omit<Entrance, 'id'>;
  readonly acs_access_group: Omit<AccessGroup, 'id'>;
  readonly user_identity: Omit<UserIdentity, 'id'>;
  readonly acs_user: Omit<User, 'id'> & {
    readonly accessGroupIds: readonly string[];
    readonly grantedEntranceIds: readonly string[];
  };
  readonly acs_credential: Omit<Credential, Derived>;
}

/** Which names of a state hold sets of ids: two changes of one set are both kept, element by element. */
export const SETS: Readonly<Record<ResourceKind, readonly string[]>> = {
  acs_entrance: [],
  acs_access_group: ['entranceIds'],
  user_identity: [],
  acs_user: ['accessGroupIds', 'grantedEntranceIds'],
  acs_credential: ['entranceIds'],
};

/** Under which names a state holds the id of another thing, or a set of them, and of which kind those are. */
export const NAMED_KINDS: Readonly<Record<string, ResourceKind>> = {
  acsUserId: 'acs_user',
  userIdentityId: 'user_identity',
  entranceIds: 'acs_entrance',
  grantedEntranceIds: 'acs_entrance',
  accessGroupIds: 'acs_access_group',
};

/**
 * What was found or done on cards, besides wishes: a desk that tells of it tells what is so. It hangs together, and is changed together;
 * which of two is newer says the issue counter.
 */
export const CARD_FACTS = [
  'cardNumber',
  'cardUid',
  'cardTechnology',
  'cardFormat',
  'recordOnCard',
  'issueCounter',
  'hasLostCards',
  'isIssued',
  'issuedAt',
  'scheduleExternallyModifiedAt',
  'unfinishedWriteAt',
] as const satisfies readonly (keyof Credential)[];

const LOCAL: ReadonlySet<string> = new Set<Derived>([
  'id',
  'userIdentityId',
  'needsReissue',
  'reissueNeededAt',
  'deletionAskedAt',
]);

/** The state of a credential: what desk and backend share of it. */
export function credentialState(credential: Credential): ResourceState {
  return Object.fromEntries(Object.entries(credential).filter(([name]) => !LOCAL.has(name)));
}

/** The state of anything else that is given as it is in the model, but for a user's sets, which `sets` has. */
export function stateOf(
  { id: _, ...state }: Entrance | AccessGroup | UserIdentity | User,
  sets: Readonly<Record<string, readonly string[]>> = {},
): ResourceState {
  return { ...(state as object as ResourceState), ...sets };
}
