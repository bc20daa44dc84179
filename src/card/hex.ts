/** Bytes as upper-case hexadecimal without spaces: `04 A2 01` is `04A201`. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex').toUpperCase();
}

/** Hexadecimal, with or without spaces, as bytes. Throws a plain Error on anything else, an odd digit too. */
export function fromHex(hex: string): Uint8Array {
  const digits = hex.replaceAll(' ', '');
  if (!/^([0-9a-f]{2})*$/i.test(digits)) throw new Error(`not whole bytes in hexadecimal: "${hex}"`);
  return new Uint8Array(Buffer.from(digits, 'hex'));
}
