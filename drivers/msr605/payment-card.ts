import type { ReadTrack } from './codec/answer.ts';
import type { OfTracks } from './codec/block.ts';

/**
 * Whether a swiped card is a payment card (ISO/IEC 7813): track 1 of format B with its field separators, or track 2 of a primary account number of 13
 * to 19 digits whose check digit is right (ISO/IEC 7812-1, Luhn), `=`, the month of expiry as YYMM and the service code.
 * Looks at bytes alone: its data never becomes text, which nobody can overwrite.
 */
export function isPaymentCard([one, two]: OfTracks<ReadTrack>): boolean {
  return (one.kind === 'data' && isFormatB(one.bytes)) || (two.kind === 'data' && isAccount(two.bytes));
}

/** Overwrites what was read. */
export function forget(tracks: OfTracks<ReadTrack>): void {
  for (const track of tracks) if (track.kind === 'data') track.bytes.fill(0);
}

const PERCENT = 0x25;
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;
const LETTER_B = 0x42;
const CARET = 0x5e;

const ACCOUNT_DIGITS = { least: 13, most: 19 };

function isFormatB(characters: Uint8Array): boolean {
  const begin = characters[0] === PERCENT ? 1 : 0;
  return characters[begin] === LETTER_B && characters.includes(CARET);
}

function isAccount(characters: Uint8Array): boolean {
  const begin = characters[0] === SEMICOLON ? 1 : 0;
  const end = characters.indexOf(EQUALS, begin);
  const account = characters.subarray(begin, Math.max(begin, end));
  if (account.length < ACCOUNT_DIGITS.least || account.length > ACCOUNT_DIGITS.most) return false;
  const expiry = characters.subarray(end + 1, end + 5);
  const serviceCode = characters.subarray(end + 5, end + 8);
  if (expiry.length + serviceCode.length < 7) return false;
  return [account, expiry, serviceCode].every(isDigits) && isMonth(expiry) && isLuhnValid(account);
}

/** `YYMM`. */
function isMonth(expiry: Uint8Array): boolean {
  const month = 10 * digitAt(expiry, 2) + digitAt(expiry, 3);
  return month >= 1 && month <= 12;
}

function isLuhnValid(digits: Uint8Array): boolean {
  let sum = 0;
  for (let at = digits.length - 1, isDoubled = false; at >= 0; at--, isDoubled = !isDoubled) {
    const digit = digitAt(digits, at) * (isDoubled ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}

function isDigits(characters: Uint8Array): boolean {
  return characters.every((character) => character >= 0x30 && character <= 0x39);
}

function digitAt(characters: Uint8Array, at: number): number {
  return (characters[at] ?? 0x30) - 0x30;
}
