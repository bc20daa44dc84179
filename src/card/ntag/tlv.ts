/** TLV blocks of a Type 2 tag (NFC Forum Type 2 Tag Operation 1.1, section 2.3). */
const TLV = { null: 0x00, lockControl: 0x01, memoryControl: 0x02, ndef: 0x03, terminator: 0xfe } as const;

/** A length of FF says that it stands in the two bytes after it. */
const LONG_LENGTH = 0xff;

/** The NDEF TLV in a tag's memory; offsets count from its begin. */
export interface NdefTlv {
  /** Of T, 03. */
  readonly at: number;
  /** Of the first byte of L: where 00 stands, the message is empty. */
  readonly lengthAt: number;
  readonly valueAt: number;
  /** As L says: the memory may end before. */
  readonly length: number;
}

/** The first NDEF TLV; undefined: a terminator or the end comes before any. TLVs of other types are jumped over. Never throws. */
export function findNdefTlv(memory: Uint8Array): NdefTlv | undefined {
  for (let at = 0; at < memory.length; ) {
    const tag = memory[at];
    if (tag === TLV.terminator) return undefined;
    if (tag === TLV.null) {
      at += 1;
      continue;
    }
    const tlv = lengthOf(memory, at);
    if (tlv === undefined) return undefined;
    if (tag === TLV.ndef) return tlv;
    at = tlv.valueAt + tlv.length;
  }
  return undefined;
}

/** How many bytes the lock control and memory control TLVs take with which the memory begins: they tell readers where the lock bytes are, and stay. */
export function controlTlvBytes(memory: Uint8Array): number {
  let end = 0;
  while (memory[end] === TLV.lockControl || memory[end] === TLV.memoryControl) {
    // Both have three bytes: position, size, and how they count.
    if (memory[end + 1] !== 3 || end + 5 > memory.length) return end;
    end += 5;
  }
  return end;
}

/** What `ndefTlv` adds to a message: T, L and the terminator behind it. */
export const TLV_OVERHEAD_BYTES = 3;

/** A message, at most 254 bytes, as NDEF TLV with the terminator behind it. */
export function ndefTlv(message: Uint8Array): Uint8Array {
  if (message.length >= LONG_LENGTH)
    throw new Error(`a message of ${message.length} bytes needs a longer length`);
  return Uint8Array.of(TLV.ndef, message.length, ...message, TLV.terminator);
}

function lengthOf(memory: Uint8Array, at: number): NdefTlv | undefined {
  const [, first, high, low] = memory.subarray(at, at + 4);
  if (first === undefined) return undefined;
  if (first !== LONG_LENGTH) return { at, lengthAt: at + 1, valueAt: at + 2, length: first };
  if (high === undefined || low === undefined) return undefined;
  return { at, lengthAt: at + 1, valueAt: at + 4, length: high * 256 + low };
}
