import type { Scope } from './api-key.ts';

/** How long a web page may ask to be paired, milliseconds. */
export const PAGE_PAIRING_MS = 10 * 60_000;

/** How many codes may be typed for one request; with the last wrong one it is over. */
export const PAGE_PAIRING_TRIES = 3;

/** The code that the desk shows, outside the page. */
export const PAGE_PAIRING_CODE = /^\d{6}$/;

/** The longest origin that may ask, characters: browsers send what the page's address begins with, whatever its length. */
export const LONGEST_ORIGIN = 300;

/** What a page may call itself: it is shown to people. */
export const PAGE_NAME = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]{1,100}$/u;

/** A web page that asks to be let in. Times are milliseconds since 1970. */
export interface PagePairing {
  readonly id: string;
  /** As the browser said it, which no page can change: `https://pms.example.com`. */
  readonly origin: string;
  /** What the page calls itself, which proves nothing; null: it did not say. */
  readonly name: string | null;
  readonly scopes: readonly Scope[];
  /** P-256, as SPKI in DER. */
  readonly publicKey: Uint8Array;
  readonly triesLeft: number;
  /** Whether anybody was shown its code; before, whoever types one is guessing. */
  readonly isShown: boolean;
  readonly createdAt: number;
  readonly expiresAt: number;
}
