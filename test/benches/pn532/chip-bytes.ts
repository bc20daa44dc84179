import { crc16 } from '../../../drivers/virtual/desfire/crc.ts';

/** Cuts bytes into groups of so many; what is left over is dropped. */
export function inGroups(bytes: Uint8Array, length: number): Uint8Array[] {
  return Array.from({ length: Math.floor(bytes.length / length) }, (_, at) =>
    bytes.subarray(at * length, (at + 1) * length),
  );
}

/** `bytes` with CRC_A (ISO/IEC 14443-3, annex B) after them. */
export function withCrc(bytes: Uint8Array): Uint8Array {
  return Uint8Array.of(...bytes, ...crc16(bytes));
}
