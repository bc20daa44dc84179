import type { CardFormat } from './card-format.ts';

/**
 * What a credential says on a card, whatever the card: what an offline lock reads and trusts. docs/card-formats/record.md has it byte
 * by byte. Times are milliseconds since 1970 in whole seconds, as the card keeps them.
 */
export interface CardRecord {
  /** UUID of the access system whose locks may trust it. */
  readonly siteId: string;
  /** UUID. */
  readonly credentialId: string;
  /** Grows with every issue of the credential, 1 to 4,294,967,295: a lock that has seen a greater one refuses the lesser. */
  readonly issueCounter: number;
  readonly startsAt: number | null;
  readonly endsAt: number | null;
  /** Numbers of the entrances that it opens, ascending, each 1 to 65,535. */
  readonly entrances: readonly number[];
  /** It was issued in place of a card that was lost: a lock drops every lesser counter at once. */
  readonly replacesLostCard: boolean;
}

/**
 * How far a record on a card can be believed.
 * `altered`: not what this site wrote. `copied`: what this site wrote, for a card of another uid. `other_site`: it names another site, which alone can check it.
 */
export type RecordStanding = 'authentic' | 'altered' | 'copied' | 'other_site';

/**
 * What a magnetic stripe says of a credential: it has no room for a record. Times are milliseconds since 1970 in whole minutes, as the stripe
 * keeps them. What its layout leaves out is undefined.
 */
export interface CardToken {
  /** Decimal digits, canonical. */
  readonly cardNumber: string;
  readonly startsAt?: number | null;
  readonly endsAt?: number | null;
  /** The last digits of the issue counter, and how many they are. */
  readonly issue?: { readonly value: number; readonly digits: number };
  /** Number of the only entrance; null: none. */
  readonly entrance?: number | null;
}

/** How far a token can be believed: one that does not verify was altered, or is another site's. */
export type TokenStanding = 'authentic' | 'other_site';

/** What lies where a format would put its record. */
export type CardContent =
  /** Nothing. */
  | { readonly kind: 'blank' }
  | { readonly kind: 'record'; readonly record: CardRecord; readonly standing: RecordStanding }
  | { readonly kind: 'token'; readonly token: CardToken; readonly standing: TokenStanding }
  /** The format's own place, without a whole record in it: a write that did not end, or damage. */
  | { readonly kind: 'incomplete' }
  /** Something else, which can be read and written over. */
  | { readonly kind: 'foreign'; readonly description: string }
  /** It cannot be opened or written: keys of another site, lock bits, read-only. `description` says which and why. */
  | { readonly kind: 'locked'; readonly description: string };

/** What was found on a card, without a change to it. */
export interface CardContents {
  /** The card's number is not on it: it was drawn for a stripe that has none, and is another one at the next swipe. Absent: it is. */
  readonly isNumberDrawn?: boolean;
  /** The first of the site's formats that fits this kind of card; null: none does, and `content` is `foreign`. */
  readonly format: CardFormat | null;
  readonly content: CardContent;
  /** The version of the site's keys that the card is locked with; null: keys as from the factory, or a format without any. */
  readonly keyVersion: number | null;
  /** How long a sealed record may be on this card, in bytes; 0 where none can be put. Of a stripe: characters on the tracks of its layout. */
  readonly capacityBytes: number;
  /** What the format's program needs to put everything back as it is now. Nobody else looks into it; it holds no keys. */
  readonly preimage: Uint8Array;
  /** What else a technician wants to know, without keys: `['Memory', '144 bytes, 96 free']`. */
  readonly facts: readonly (readonly [name: string, value: string])[];
}

/** What is to be on a card. */
export type CardImage =
  | { readonly kind: 'record'; readonly format: CardFormat; readonly record: CardRecord }
  /** As from the factory, as far as that can be: reusable by anybody. */
  | { readonly kind: 'blank'; readonly format: CardFormat }
  /** As it was when `preimage` was taken. */
  | { readonly kind: 'previous'; readonly format: CardFormat; readonly preimage: Uint8Array };

/** How far a write has come. The first one, with `done: 0`, comes before the first command that changes the card. */
export interface WriteProgress {
  readonly phase: 'writing' | 'verifying';
  /** Steps done, of `total`; both phases count together. */
  readonly done: number;
  readonly total: number;
  /** The person must swipe the card through the encoder for it to go on. */
  readonly awaitsSwipe?: boolean;
}
