/** CRC_A over `bytes` (ISO/IEC 14443-3, annex B): two bytes, least significant first. The legacy secure messaging checks with it. */
export function crc16(bytes: Uint8Array): Uint8Array {
  const crc = remainder(bytes, 0x6363, 0x8408);
  return Uint8Array.of(crc & 0xff, crc >>> 8);
}

/** CRC-32 of IEEE 802.3 without the last inversion: four bytes, least significant first. EV1 messaging and ChangeKey check with it. */
export function crc32(bytes: Uint8Array): Uint8Array {
  const crc = remainder(bytes, 0xffffffff, 0xedb88320);
  return Uint8Array.of(crc & 0xff, (crc >>> 8) & 0xff, (crc >>> 16) & 0xff, crc >>> 24);
}

function remainder(bytes: Uint8Array, preset: number, polynomial: number): number {
  let crc = preset;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
  }
  return crc >>> 0;
}
