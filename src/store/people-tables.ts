import type { AccessGroup } from '../model/access-group.ts';
import type { Credential } from '../model/credential.ts';
import type { Entrance } from '../model/entrance.ts';
import type { User, UserIdentity } from '../model/user.ts';
import type { Page, PageRequest } from './paging.ts';

export interface UserFilter {
  readonly acsAccessGroupId?: string | undefined;
  readonly userIdentityId?: string | undefined;
  /** Whatever its case. */
  readonly identityEmailAddress?: string | undefined;
  readonly identityPhoneNumber?: string | undefined;
  /** Part of the name, e-mail address, phone number or id, the user's or the identity's; case does not matter. */
  readonly search?: string | undefined;
  readonly createdBefore?: number | undefined;
}

export interface UserTable {
  get(id: string): User | null;
  ofIdentity(userIdentityId: string): User | null;
  /** Those who have one of these identities, in no order. */
  ofIdentities(userIdentityIds: readonly string[]): readonly User[];
  /** The one user who has no identity, but this e-mail address, whatever its case, or this phone number; null: there is none, or several. */
  unlinked(emailAddress: string | null, phoneNumber: string | null): User | null;
  list(filter: UserFilter, page: PageRequest): Page<User>;
  insert(user: User): void;
  update(user: User): void;
  delete(id: string): void;
}

export interface UserIdentityFilter {
  readonly ids?: readonly string[] | undefined;
  /** Only those that a user has. */
  readonly hasUser?: true | undefined;
  readonly search?: string | undefined;
  readonly createdBefore?: number | undefined;
}

export interface UserIdentityTable {
  get(id: string): UserIdentity | null;
  withKey(key: string): UserIdentity | null;
  /** Whatever its case. */
  withEmailAddress(emailAddress: string): UserIdentity | null;
  withPhoneNumber(phoneNumber: string): UserIdentity | null;
  list(filter: UserIdentityFilter, page: PageRequest): Page<UserIdentity>;
  insert(identity: UserIdentity): void;
  update(identity: UserIdentity): void;
  /** No user may have it any more. */
  delete(id: string): void;
}

export interface CredentialFilter {
  readonly acsUserId?: string | undefined;
  readonly userIdentityId?: string | undefined;
  /** Only those that open this entrance, by themselves or by their holder. */
  readonly acsEntranceId?: string | undefined;
  readonly isMultiPhoneSync?: boolean | undefined;
  /** Part of the display name, code, card number or an id; case does not matter. */
  readonly search?: string | undefined;
  readonly createdBefore?: number | undefined;
}

export interface CredentialTable {
  get(id: string): Credential | null;
  withCardNumber(cardNumber: string): Credential | null;
  /** `uid` as on Card.uid. */
  withCardUid(uid: string): Credential | null;
  withCode(code: string): Credential | null;
  /** Those that somebody asked to delete, and that are still there. */
  beingDeleted(): readonly Credential[];
  list(filter: CredentialFilter, page: PageRequest): Page<Credential>;
  insert(credential: Credential): void;
  update(credential: Credential): void;
  /** Gives it another id, wherever it is named here: in the journal of writes, in events and at encoders. */
  rename(id: string, newId: string): void;
  delete(id: string): void;
}

export interface EntranceFilter {
  readonly ids?: readonly string[] | undefined;
  /** Only those that this credential opens: by itself, or because its holder may open them and is not suspended. */
  readonly acsCredentialId?: string | undefined;
  /** Only those that this user may open: by grants, groups and the user's credentials; none while suspended. */
  readonly acsUserId?: string | undefined;
  readonly acsAccessGroupId?: string | undefined;
  /** Part of the name or id; case does not matter. */
  readonly search?: string | undefined;
}

export interface EntranceTable {
  get(id: string): Entrance | null;
  withName(name: string): Entrance | null;
  list(filter: EntranceFilter, page: PageRequest): Page<Entrance>;
  /** The greatest number that was ever given; 0 when none was. */
  lastNumber(): number;
  /** Gives it the next number, or `number`, which must be free. */
  insert(entrance: Omit<Entrance, 'number'>, number?: number): Entrance;
  /** Of what may change: its number, which must be free, name, metadata, and who made it. */
  update(entrance: Entrance): void;
  withNumber(number: number): Entrance | null;
  /** Nobody may open it any more; its number is never given again. */
  delete(id: string): void;
  /** Lets a user open it; once is enough. */
  grant(id: string, acsUserId: string): void;
  /** Ids of the entrances that were granted to this user one by one. */
  grantedTo(acsUserId: string): readonly string[];
  /** Ids of the users to whom it was granted. */
  grantees(id: string): readonly string[];
  /** Takes back one grant. */
  revoke(id: string, acsUserId: string): void;
  /** Takes back every grant of this user. */
  revokeAll(acsUserId: string): void;
}

export interface AccessGroupFilter {
  /** Only those that this user is in. */
  readonly acsUserId?: string | undefined;
  /** Part of the name or id; case does not matter. */
  readonly search?: string | undefined;
}

export interface AccessGroupTable {
  get(id: string): AccessGroup | null;
  withName(name: string): AccessGroup | null;
  list(filter: AccessGroupFilter, page: PageRequest): Page<AccessGroup>;
  insert(group: AccessGroup): void;
  update(group: AccessGroup): void;
  delete(id: string): void;
  addUser(id: string, acsUserId: string): void;
  removeUser(id: string, acsUserId: string): void;
  hasUser(id: string, acsUserId: string): boolean;
}
