import type { CardTechnology } from './card.ts';
import type { CardFormat } from './card-format.ts';
import type { CardRecord } from './card-record.ts';

export const ACCESS_METHODS = ['card', 'code', 'mobile_key', 'cloud_key'] as const;

export type AccessMethod = (typeof ACCESS_METHODS)[number];

/** What the makers of locks call what they need to know of a credential; kept as it came, under Seam's names. */
export const VENDORS = [
  'visionline_metadata',
  'assa_abloy_vostio_metadata',
  'salto_space_metadata',
  'hotek_metadata',
] as const;

export type VendorMetadata = {
  readonly [vendor in (typeof VENDORS)[number]]?: Readonly<Record<string, unknown>>;
};

/** What opens doors for a user: a card, a PIN code or a key in a phone (Seam: acs_credential). Times are milliseconds since 1970. */
export interface Credential {
  readonly id: string;
  readonly accessMethod: AccessMethod;
  readonly acsUserId: string | null;
  /** The identity of the user who holds it. */
  readonly userIdentityId: string | null;
  /** Digits. Of a code: the PIN. Of a card: the number that it was registered with, before anybody saw the card. */
  readonly code: string | null;
  /** Canonical decimal digits; only on a card, once it is known which. */
  readonly cardNumber: string | null;
  /** As on Card.uid. */
  readonly cardUid: string | null;
  readonly cardTechnology: CardTechnology | null;
  /** How it was put on its card; null: it was not, the card was only scanned. */
  readonly cardFormat: CardFormat | null;
  /** What was written last on the card that carries it, at whichever desk of the site; null: nothing, or nobody knows. */
  readonly recordOnCard: CardRecord | null;
  /** What it opens by itself, besides what its holder may open; ids of entrances. While it belongs to nobody, it opens nothing. */
  readonly entranceIds: readonly string[];
  /**
   * How often a write of it was planned, but for those that changed nothing: each one has a number of its own, so that no two cards carry
   * the same. Where a card was found with a greater one, it counts on from there.
   */
  readonly issueCounter: number;
  /** A card that it was on before may still be somewhere, with a lesser counter. */
  readonly hasLostCards: boolean;
  /** The card says something else than the site by now. */
  readonly needsReissue: boolean;
  /** Since when it does; null: it does not. */
  readonly reissueNeededAt: number | null;
  readonly startsAt: number | null;
  readonly endsAt: number | null;
  /** For a phone: the key is meant for every phone of its holder. */
  readonly isMultiPhoneSync: boolean;
  readonly isOneTimeUse: boolean;
  readonly vendorMetadata: VendorMetadata;
  /** When a start that was past already was moved to the moment of making; null: it was not. */
  readonly scheduleModifiedAt: number | null;
  /** When a card was seen that says other times than the site, and was written by neither mistake nor stranger; null: none was. */
  readonly scheduleExternallyModifiedAt: number | null;
  /** Since when a desk has a write of it that did not end, so that a card may be half written; null: none that is known of. */
  readonly unfinishedWriteAt: number | null;
  /** When somebody asked to delete it while a card was being written with it; it goes once that has ended. */
  readonly deletionAskedAt: number | null;
  readonly isIssued: boolean;
  readonly issuedAt: number | null;
  readonly createdAt: number;
}

/** What most credentials are: nothing special, and nothing to remark. */
export const PLAIN_CREDENTIAL = {
  isMultiPhoneSync: false,
  isOneTimeUse: false,
  vendorMetadata: {},
  reissueNeededAt: null,
  scheduleModifiedAt: null,
  scheduleExternallyModifiedAt: null,
  unfinishedWriteAt: null,
  recordOnCard: null,
  deletionAskedAt: null,
} as const satisfies Partial<Credential>;

/** What to call a credential without giving away its number: `Card 123***`, `Code 82****`. */
export function credentialDisplayName(
  credential: Pick<Credential, 'accessMethod' | 'cardNumber' | 'code' | 'isMultiPhoneSync'>,
): string {
  const code = credential.code ?? '';
  switch (credential.accessMethod) {
    case 'card': {
      const number = credential.cardNumber ?? code;
      return number === '' ? 'Card' : `Card ${number.slice(0, 3)}***`;
    }
    case 'code':
      return `Code ${code.slice(0, 2)}${'*'.repeat(Math.max(0, code.length - 2))}`;
    case 'mobile_key':
      return credential.isMultiPhoneSync ? 'Multi Phone Sync Credential' : 'Mobile Key';
    case 'cloud_key':
      return 'Cloud Key';
  }
}

/**
 * What a card that carries this credential must say. `entranceNumbers` are those of its entrances; times lose their fractions of a second,
 * as a card has none, and those that no card can name (an access schedule until 9999) become the nearest that it can.
 */
export function recordOf(
  credential: Credential,
  siteId: string,
  entranceNumbers: readonly number[],
): CardRecord {
  return {
    siteId,
    credentialId: credential.id,
    issueCounter: credential.issueCounter,
    startsAt: cardTime(credential.startsAt),
    endsAt: cardTime(credential.endsAt),
    entrances: entranceNumbers.toSorted((a, b) => a - b),
    replacesLostCard: credential.hasLostCards,
  };
}

/** The last second that a card can name, in milliseconds since 1970: its times are 32 bits of seconds. */
export const LAST_CARD_TIME = 0xffff_ffff * 1000;

function cardTime(at: number | null): number | null {
  return at === null ? null : Math.min(Math.max(Math.floor(at / 1000) * 1000, 0), LAST_CARD_TIME);
}

/** In what two records of a credential differ, in a clerk's words; why it was issued does not count. */
export function differencesOf(onCard: CardRecord, wanted: CardRecord): readonly string[] {
  return [
    ...(onCard.issueCounter < wanted.issueCounter ? ['the card was replaced or issued again since'] : []),
    ...(onCard.issueCounter > wanted.issueCounter ? ['the card was issued again elsewhere'] : []),
    ...(onCard.startsAt === wanted.startsAt ? [] : ['the start']),
    ...(onCard.endsAt === wanted.endsAt ? [] : ['the end']),
    ...(String(onCard.entrances) === String(wanted.entrances) ? [] : ['the entrances']),
  ];
}
