import type { Scope } from './api-key.ts';

/** Who makes a request: an app by its API key, or a web page by a client session, which an app made for it or a person paired. */
export interface Caller {
  /** The id of the key or of the session. */
  readonly id: string;
  /** What others are told who holds an encoder. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** The API key that answers for it: its own, or the one that made the session; null: it is a page that a person paired. */
  readonly apiKeyId: string | null;
  /** The identities on whose behalf alone it may act; null: it is not bound to anybody. */
  readonly userIdentityIds: readonly string[] | null;
  /** When it is over, milliseconds since 1970; null: it stays. */
  readonly expiresAt: number | null;
}
