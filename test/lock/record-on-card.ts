import { joined } from './aes-keys.ts';
import { type CredentialRecord, hex } from './strict-record.ts';

/** The first block of the area that sectors 1, 2 and 3 of a Classic make. */
const FIRST_BLOCK = 4;

/** Where a record lies in the memory of a virtual card; `flipped` is that memory with one bit of the record turned over. */
export function recordOn(memory: Uint8Array, record: CredentialRecord) {
  const { payload, tag } = record;
  const sealed = joined([0x82, 0x58, payload.length], payload, [0x50], tag);
  const start = Buffer.from(memory).indexOf(sealed);
  const isClassic = memory.length === 1024;
  // The simulated DESFire keeps its file as hexadecimal text.
  const text = Buffer.from(memory).toString('latin1');
  const textStart = text.toLowerCase().indexOf(hex(sealed));

  const flipped = (bit: number): Uint8Array => {
    const at = bit >> 3;
    const byte = (sealed[at] ?? 0) ^ (1 << (bit & 7));
    if (textStart >= 0) {
      const digits = byte.toString(16).padStart(2, '0').toUpperCase();
      const from = textStart + at * 2;
      return Uint8Array.from(Buffer.from(text.slice(0, from) + digits + text.slice(from + 2), 'latin1'));
    }
    const place = isClassic ? classicPlace(at) : start + at;
    if (memory[place] !== sealed[at]) throw new Error(`the record's byte ${at} is not at ${place}`);
    return memory.with(place, byte);
  };
  return { length: sealed.length, flipped };
}

/** Behind the frame's head, around the trailers. */
function classicPlace(at: number): number {
  const inArea = at + 4;
  const dataBlock = inArea >> 4;
  return (FIRST_BLOCK + dataBlock + Math.floor(dataBlock / 3)) * 16 + (inArea & 15);
}
