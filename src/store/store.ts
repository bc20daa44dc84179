import type { ApiKey } from '../model/api-key.ts';
import type { Attempt } from '../model/attempt.ts';
import type { CardWrite, CardWriteOutcome } from '../model/card-write.ts';
import type { Change, NumberedChange } from '../model/change.ts';
import type { Credential } from '../model/credential.ts';
import type { Encoder, ServedCard } from '../model/encoder.ts';
import type { Entrance } from '../model/entrance.ts';
import type { SiteEvent, SiteEventType } from '../model/event.ts';
import type { User, UserIdentity } from '../model/user.ts';

/**
 * What must outlive the process. A call outside a transaction is one of its own; what it wrote is on the disk when it
 * returns. A failure of the disk is thrown as it is: nobody goes on as if it had been written.
 */
export interface Store extends Disposable {
  /** All of `work`'s writes or none of them. May be nested: an inner one that throws undoes only its own. */
  transaction<T>(work: () => T): T;
  readonly site: SiteTable;
  readonly encoders: EncoderTable;
  readonly attempts: AttemptTable;
  readonly users: UserTable;
  readonly userIdentities: UserIdentityTable;
  readonly credentials: CredentialTable;
  readonly entrances: EntranceTable;
  readonly cardWrites: CardWriteTable;
  readonly events: EventTable;
  readonly changes: ChangeTable;
  readonly outbox: OutboxTable;
  readonly apiKeys: ApiKeyTable;
  readonly origins: OriginTable;
  readonly answers: AnswerTable;
  /** A number that differs after another process has written here. Cheap enough to ask twice a second. */
  foreignWrites(): number;
}

/** Part of a list, in the order in which its rows were made. */
export interface Page<T> {
  readonly rows: readonly T[];
  /** Where the next part begins; null: this is the last. It survives inserts. */
  readonly nextAfter: number | null;
}

export interface PageRequest {
  /** From `Page.nextAfter`; 0 for the beginning. */
  readonly after: number;
  readonly limit: number;
  /** How many rows to leave out first; 0 unless said. */
  readonly offset?: number;
}

/** The one page that has every row. */
export const EVERY_ROW: PageRequest = { after: 0, limit: Number.MAX_SAFE_INTEGER - 1 };

/** Who this desk is, made once. */
export interface SiteIdentity {
  readonly workspaceId: string;
  readonly acsSystemId: string;
  readonly connectedAccountId: string;
  readonly createdAt: number;
}

export interface SiteTable {
  read(): SiteIdentity | null;
  write(identity: SiteIdentity): void;
}

export interface EncoderTable {
  get(id: string): Encoder | null;
  list(filter: { readonly ids?: readonly string[] | undefined }, page: PageRequest): Page<Encoder>;
  insert(encoder: Encoder, deviceId: string): void;
  /** What is learned each time a device arrives or leaves. */
  update(encoder: Encoder): void;
  servedCard(id: string): ServedCard | null;
  setServedCard(id: string, card: ServedCard | null): void;
}

export interface AttemptTable {
  get(id: string): Attempt | null;
  /** The attempt that has not ended on this encoder; there is one at most. */
  liveOn(encoderId: string): Attempt | null;
  live(): readonly Attempt[];
  list(filter: { readonly ids?: readonly string[] | undefined }, page: PageRequest): Page<Attempt>;
  insert(attempt: Attempt): void;
  update(attempt: Attempt): void;
}

export interface UserFilter {
  readonly userIdentityId?: string | undefined;
  readonly identityEmailAddress?: string | undefined;
  readonly identityPhoneNumber?: string | undefined;
  /** Part of the name, e-mail address, phone number or id; case does not matter. */
  readonly search?: string | undefined;
  readonly createdBefore?: number | undefined;
}

export interface UserTable {
  get(id: string): User | null;
  ofIdentity(userIdentityId: string): User | null;
  list(filter: UserFilter, page: PageRequest): Page<User>;
  insert(user: User): void;
  update(user: User): void;
  delete(id: string): void;
}

export interface UserIdentityFilter {
  readonly ids?: readonly string[] | undefined;
  readonly search?: string | undefined;
  readonly createdBefore?: number | undefined;
}

export interface UserIdentityTable {
  get(id: string): UserIdentity | null;
  withKey(key: string): UserIdentity | null;
  list(filter: UserIdentityFilter, page: PageRequest): Page<UserIdentity>;
  insert(identity: UserIdentity): void;
}

export interface CredentialFilter {
  readonly acsUserId?: string | undefined;
  readonly userIdentityId?: string | undefined;
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
  list(filter: CredentialFilter, page: PageRequest): Page<Credential>;
  insert(credential: Credential): void;
  update(credential: Credential): void;
  delete(id: string): void;
}

export interface EntranceFilter {
  readonly ids?: readonly string[] | undefined;
  /** Only those that this credential opens. */
  readonly acsCredentialId?: string | undefined;
  /** Part of the name or id; case does not matter. */
  readonly search?: string | undefined;
}

export interface EntranceTable {
  get(id: string): Entrance | null;
  withName(name: string): Entrance | null;
  list(filter: EntranceFilter, page: PageRequest): Page<Entrance>;
  /** Gives it the next number. */
  insert(entrance: Omit<Entrance, 'number'>): Entrance;
}

export interface CardWriteFilter {
  readonly cardUid?: string | undefined;
  readonly acsCredentialId?: string | undefined;
  /** Only those that have not ended. */
  readonly isOpen?: boolean | undefined;
}

export interface CardWriteTable {
  get(id: string): CardWrite | null;
  /** The write of this card that has not ended; there is one at most. */
  openFor(cardUid: string): CardWrite | null;
  list(filter: CardWriteFilter, page: PageRequest): Page<CardWrite>;
  /** Its `outcome` is null. */
  insert(write: CardWrite): void;
  /** Forgets the preimage, too. */
  end(id: string, outcome: CardWriteOutcome, at: number): void;
  /** Opens a write again that had ended. Throws while another one of its card is open. */
  reopen(id: string, preimage: Uint8Array): void;
}

export interface EventFilter {
  readonly types?: readonly SiteEventType[] | undefined;
  readonly ids?: readonly string[] | undefined;
  /** Exclusive, milliseconds since 1970. */
  readonly since?: number | undefined;
  /** Exclusive, milliseconds since 1970. */
  readonly before?: number | undefined;
  readonly acsEncoderId?: string | undefined;
  readonly acsEntranceId?: string | undefined;
  readonly acsUserId?: string | undefined;
  readonly acsCredentialId?: string | undefined;
}

export interface EventTable {
  get(id: string): SiteEvent | null;
  list(filter: EventFilter, page: PageRequest): Page<SiteEvent>;
  /** The last one of this type. */
  newest(type: SiteEventType): SiteEvent | null;
  insert(event: SiteEvent): void;
}

export interface ChangeTable {
  /** Returns the new line's sequence. */
  append(change: Change, at: number): number;
  after(sequence: number, limit: number): readonly NumberedChange[];
  /** The sequence of the last line ever appended; 0 when there was none. */
  last(): number;
  /** The sequence after which every line is still kept. */
  keptAfter(): number;
  /** Forgets all but the newest `count` lines. */
  keep(count: number): void;
}

/** Something that a backend must learn. Messages about one resource are delivered in their order. */
export interface OutboxMessage {
  readonly id: string;
  readonly kind: string;
  /** The id of the thing that it is about. */
  readonly resourceId: string;
  readonly body: unknown;
  readonly createdAt: number;
}

export interface OutboxTable {
  append(message: OutboxMessage): void;
  depth(): number;
  list(limit: number): readonly OutboxMessage[];
}

export interface ApiKeyTable {
  /** `hash` is SHA-256 of the key, 32 bytes. */
  insert(key: ApiKey, hash: Uint8Array): void;
  /** Also finds keys that were revoked. */
  withHash(hash: Uint8Array): ApiKey | null;
  get(id: string): ApiKey | null;
  withName(name: string): ApiKey | null;
  list(): readonly ApiKey[];
  revoke(id: string, at: number): void;
}

/** Web origins that a technician allowed, besides those in the configuration. */
export interface OriginTable {
  has(origin: string): boolean;
  list(): readonly string[];
  allow(origin: string, at: number): void;
  /** Returns whether it was allowed. */
  remove(origin: string): boolean;
}

/** The answer that was given to a request that carried an Idempotency-Key. */
export interface KeptAnswer {
  readonly clientId: string;
  readonly key: string;
  /** SHA-256 over path and body: tells the same request from another one under the same key. */
  readonly requestHash: Uint8Array;
  readonly status: number;
  readonly body: unknown;
  readonly createdAt: number;
}

export interface AnswerTable {
  get(clientId: string, key: string): KeptAnswer | null;
  insert(answer: KeptAnswer): void;
  forgetBefore(at: number): void;
}
