/** What a CRC of the simple protocol begins with (CRC-16/MCRF4XX). */
export const SIMPLE_PROTOCOL_PRESET = 0xffff;
/** What CRC_A of ISO/IEC 14443-3 begins with. */
export const CRC_A_PRESET = 0x6363;

/** The polynomial of CCITT, its bits in reverse order. */
const POLYNOMIAL = 0x8408;

/** What each byte makes of a CRC of 0. */
const BY_BYTE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ POLYNOMIAL;
  return crc;
});

/** The CRC of 16 bits of both, which differ in what they begin with alone. Sent least significant byte first. */
export function crc16(bytes: Uint8Array, preset: number): number {
  let crc = preset;
  for (const byte of bytes) crc = (crc >>> 8) ^ (BY_BYTE[(crc ^ byte) & 0xff] ?? 0);
  return crc;
}

/** `bytes` with their CRC after them. */
export function withCrc16(bytes: Uint8Array, preset: number): Uint8Array {
  const crc = crc16(bytes, preset);
  return Uint8Array.of(...bytes, crc & 0xff, crc >>> 8);
}

/** `bytes` without the CRC at their end; undefined when that is wrong, or there are too few. */
export function withoutCrc16(bytes: Uint8Array, preset: number): Uint8Array | undefined {
  if (bytes.length < 3) return undefined;
  const body = bytes.subarray(0, -2);
  const crc = crc16(body, preset);
  const isRight = bytes.at(-2) === (crc & 0xff) && bytes.at(-1) === crc >>> 8;
  return isRight ? body : undefined;
}
