import type { ApiKey } from '../model/api-key.ts';
import type { ClientSession } from '../model/client-session.ts';
import type { PagePairing } from '../model/page-pairing.ts';
import type { Page, PageRequest } from './paging.ts';

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

export interface ClientSessionFilter {
  readonly id?: string | undefined;
  readonly userIdentifierKey?: string | undefined;
  readonly userIdentityId?: string | undefined;
  /** Only those that have no user identifier key. */
  readonly isWithoutUserIdentifierKey?: boolean | undefined;
  /** Only those that nobody has revoked, and that have not run out by then; milliseconds since 1970. */
  readonly activeAt?: number | undefined;
}

export interface ClientSessionTable {
  get(id: string): ClientSession | null;
  /** By SHA-256 of one of its tokens, 32 bytes; also finds sessions that are over. */
  withHash(hash: Uint8Array): ClientSession | null;
  list(filter: ClientSessionFilter, page: PageRequest): Page<ClientSession>;
  /** The sessions of paired pages of this origin that nobody has revoked; also those that are over. */
  ofPagesOf(origin: string): readonly ClientSession[];
  /** The desk's private key of a paired page's session, PKCS8 in DER; null: there is none. It is in no other answer of the store. */
  deskKey(id: string): Uint8Array | null;
  /** `deskKey`: the desk's private key for the session of a paired page, and of such a session only. */
  insert(session: ClientSession, deskKey?: Uint8Array): void;
  update(session: ClientSession): void;
  /** Its tokens go with it. */
  delete(id: string): void;
  addToken(id: string, hash: Uint8Array, at: number): void;
  /** Forgets all but the newest `count` tokens of this session. */
  keepTokens(id: string, count: number): void;
  /** Forgets up to `most` sessions that were over before `at`, with their tokens. Returns how many. */
  forgetBefore(at: number, most: number): number;
}

/** Web pages that ask to be paired, one request of each origin. */
export interface PagePairingTable {
  get(id: string): PagePairing | null;
  ofOrigin(origin: string): PagePairing | null;
  /** Those that hold at `now`, oldest first. */
  list(now: number): readonly PagePairing[];
  /** The six digits that the desk shows; null: there is no such request. They are in no other answer of the store. */
  codeOf(id: string): string | null;
  insert(pairing: PagePairing, code: string): void;
  setTriesLeft(id: string, triesLeft: number): void;
  /** Notes that somebody was shown the code. */
  noteShown(id: string): void;
  delete(id: string): void;
  /** Returns how many were over. */
  forgetExpired(now: number): number;
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
