/** A number as 3 bytes, least significant first: an application id, an offset, a length. */
export function uint24(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff);
}

/** 3 bytes, least significant first, as a number; bytes that are not there are 0. */
export function readUint24(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
}

/** Byte by byte; `a` and `b` are of the same length. */
export function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((byte, at) => byte ^ (b[at] ?? 0));
}

/** The first byte goes to the end. */
export function rotatedLeft(bytes: Uint8Array): Uint8Array {
  return Uint8Array.of(...bytes.subarray(1), ...bytes.subarray(0, 1));
}

/** Zeros behind, up to whole blocks of `blockBytes`; whole blocks stay as they are. */
export function zeroPadded(bytes: Uint8Array, blockBytes: number): Uint8Array {
  const padded = new Uint8Array(Math.ceil(bytes.length / blockBytes) * blockBytes);
  padded.set(bytes);
  return padded;
}

/** CRC-32 as DESFire uses it: reflected EDB88320, preset FFFFFFFF, not inverted at the end; 4 bytes, least significant first. */
export function crc32(bytes: Uint8Array): Uint8Array {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb8_8320 : 0);
  }
  return Uint8Array.of(crc & 0xff, (crc >> 8) & 0xff, (crc >> 16) & 0xff, (crc >>> 24) & 0xff);
}
