import { timingSafeEqual } from 'node:crypto';
import { templateText } from '../../model/stripe-layout.ts';
import { aesCmac } from '../cmac.ts';
import { diversifyAes128 } from '../diversification.ts';
import { fromHex } from '../hex.ts';
import type { SiteKeyVersion } from '../site-keys.ts';
import { type LaidTrack, type StripeDigits, trackText } from './layout.ts';

/** With what the message begins; another way to reckon the digits gets another number. */
const DOMAIN = 'ENCODERD-STRIPE-1';

/** Stands in the message for each digit of the authentication: no track holds it but as its end sentinel. */
const HOLE = '?';

const USED_BYTES = 8;

/**
 * The key of 16 bytes that authenticates the token of one card number at one site: NXP AN10922 of the master key `record`, input "STR", the 16
 * bytes of the site's UUID, the number in 8 bytes, the most significant first.
 */
export function tokenKey({ keys }: SiteKeyVersion, siteId: string, cardNumber: string): Uint8Array {
  const number = Buffer.alloc(8);
  number.writeBigUInt64BE(BigInt(cardNumber));
  const site = fromHex(siteId.replaceAll('-', ''));
  return diversifyAes128(keys.record, Uint8Array.of(...Buffer.from('STR', 'latin1'), ...site, ...number));
}

/**
 * The message that is authenticated, in ASCII: the domain, then for each track of the layout a line with its number and its template, and a
 * line with its number and its characters, "?" for each digit of the authentication. Lines are parted by 0A; none is at the end.
 */
export function tokenMessage(tracks: readonly LaidTrack[], digits: StripeDigits): string {
  const lines = tracks.flatMap(({ track, template }) => {
    const holes = template.flatMap((part) =>
      part.kind === 'field' && part.name === 'authentication' ? [HOLE.repeat(part.width)] : [],
    );
    const text = trackText(
      template,
      new Map([...digits, ...holes.map((hole) => ['authentication', hole] as const)]),
    );
    return [`${track}${templateText(template)}`, `${track}${text}`];
  });
  return [DOMAIN, ...lines].join('\n');
}

/**
 * The authentication of a message, `width` decimal digits: the first 8 bytes of its AES-CMAC, the most significant first, modulo 10 to the width.
 * A remainder is likelier than another by 10^width / 2^64 at most: 5 in 10^10 for 10 digits, 5 in 10^4 for 16.
 */
export function authenticationDigits(key: Uint8Array, message: string, width: number): string {
  const tag = aesCmac(key, Buffer.from(message, 'latin1'));
  const number = Buffer.from(tag.subarray(0, USED_BYTES)).readBigUInt64BE();
  return String(number % 10n ** BigInt(width)).padStart(width, '0');
}

/** Whether the digits are the same, in a time that does not tell where they differ. */
export function isSameAuthentication(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
