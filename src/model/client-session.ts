import type { Scope } from './api-key.ts';

/** Leave for a web page to use the desk, so that it need not hold an API key (Seam: client_session). Times are milliseconds since 1970. */
export interface ClientSession {
  readonly id: string;
  /** The API key that made it; what that key may not do, the session may not, and it ends with the key. null: a page was paired, and has `page`. */
  readonly apiKeyId: string | null;
  readonly userIdentifierKey: string | null;
  /** The identities on whose behalf alone it may act; empty: it is not bound to anybody. */
  readonly userIdentityIds: readonly string[];
  readonly scopes: readonly Scope[];
  /** The one web origin from which it may be used; null: from each that is allowed here, and from programs. */
  readonly allowedOrigin: string | null;
  readonly expiresAt: number;
  readonly createdAt: number;
  readonly revokedAt: number | null;
  /** What only the session of a paired page has; null: an API key made it. */
  readonly page: PairedPage | null;
}

/** A web page that a person let in by a code. Its token is good together with its key only, and on the WebSocket only. */
export interface PairedPage {
  /** What it calls itself; null: it did not say. */
  readonly name: string | null;
  /** P-256, as SPKI in DER (RFC 5480): 91 bytes. Its private half cannot be taken out of the browser. */
  readonly publicKey: Uint8Array;
  /** When it last came, within an hour. */
  readonly lastUsedAt: number;
}

/** A paired page that has not come for so long is let in no more, milliseconds. */
export const UNUSED_PAGE_MS = 90 * 24 * 60 * 60 * 1000;

/** How long a page stays paired at most, milliseconds. */
export const PAIRED_PAGE_LIFE_MS = 366 * 24 * 60 * 60 * 1000;
