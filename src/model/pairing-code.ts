/** What a pairing code is made of: digits and letters that nobody mistakes for another. */
export const PAIRING_ALPHABET = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';

export const PAIRING_CODE_LENGTH = 6;

/** How long a desk may ask to be paired, milliseconds. */
export const PAIRING_TIME_MS = 10 * 60_000;

/** A code as it was drawn, from what somebody typed: capitals, without spaces and hyphens. */
export function typedPairingCode(typed: string): string {
  return typed.replaceAll(/[\s-]/g, '').toUpperCase();
}
