/** "ED", and the version of the frame. */
const MAGIC = [0x45, 0x44, 0x01] as const;

/** How much longer a framed record is than the record. */
export const FRAME_HEADER_BYTES = 4;

/** The longest record that the frame's one byte of length can tell. */
export const LONGEST_FRAMED_RECORD_BYTES = 255;

/**
 * A sealed record, 1 to 255 bytes, as it lies on cards that have no framing of their own (Classic, DESFire): 45 44 01, its length, the record.
 * Throws a plain Error on another length.
 */
export function frameRecord(record: Uint8Array): Uint8Array {
  if (record.length < 1 || record.length > LONGEST_FRAMED_RECORD_BYTES) {
    throw new Error(`a framed record is 1 to ${LONGEST_FRAMED_RECORD_BYTES} bytes, not ${record.length}`);
  }
  return Uint8Array.of(...MAGIC, record.length, ...record);
}

/**
 * The record at the beginning of what was read; what lies behind it does not matter.
 * Undefined: it does not begin with a frame, or the frame is empty or longer than `bytes`.
 */
export function unframeRecord(bytes: Uint8Array): Uint8Array | undefined {
  if (MAGIC.some((byte, at) => bytes[at] !== byte)) return undefined;
  const end = FRAME_HEADER_BYTES + (bytes[MAGIC.length] ?? 0);
  return end === FRAME_HEADER_BYTES || end > bytes.length ? undefined : bytes.slice(FRAME_HEADER_BYTES, end);
}
