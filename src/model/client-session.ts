import type { Scope } from './api-key.ts';

/** Leave for a web page to use the desk, so that it need not hold an API key (Seam: client_session). Times are milliseconds since 1970. */
export interface ClientSession {
  readonly id: string;
  /** The API key that made it; what that key may not do, the session may not, and it ends with the key. */
  readonly apiKeyId: string;
  readonly userIdentifierKey: string | null;
  /** The identities on whose behalf alone it may act; empty: it is not bound to anybody. */
  readonly userIdentityIds: readonly string[];
  readonly scopes: readonly Scope[];
  /** The one web origin from which it may be used; null: from each that is allowed here, and from programs. */
  readonly allowedOrigin: string | null;
  readonly expiresAt: number;
  readonly createdAt: number;
  readonly revokedAt: number | null;
}
