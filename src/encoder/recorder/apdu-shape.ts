/** What may be told of a command APDU without telling what it carries. */
export interface ApduShape {
  readonly header: number;
  readonly nativeCode: number | null;
  readonly lc: number;
  readonly le: number | null;
}

/** Classes whose four header bytes are no payload: interindustry, DESFire's wrapping, a proprietary one, and pseudo-APDUs. */
const KNOWN_CLASSES = new Set([0x00, 0x80, 0x90, 0xff]);

/**
 * CLA INS P1 P2, Lc and Le of a short APDU (ISO/IEC 7816-4, section 5.1), and the code of the native command in a direct transmit (FF 00 00 00, D4 42) or in a transparent
 * exchange (FF C2 00 01). Of what is no APDU that is known, only its first byte: the others may be anything.
 */
export function apduShape(bytes: Uint8Array): ApduShape {
  const [cla = 0, ins = 0, p1 = 0, p2 = 0, third = 0] = bytes;
  const { length } = bytes;
  if (length < 4 || !KNOWN_CLASSES.has(cla)) {
    return { header: cla * 0x1000000, nativeCode: null, lc: Math.max(0, length - 1), le: null };
  }
  const header = cla * 0x1000000 + ((ins << 16) | (p1 << 8) | p2);
  // The old AUTHENTICATE of PC/SC has its key type where Lc would be.
  if (length <= 5) return { header, nativeCode: null, lc: 0, le: length === 5 ? third || 256 : null };
  const hasLe = length === 6 + third;
  const le = hasLe ? (bytes[length - 1] ?? 0) || 256 : null;
  return {
    header,
    nativeCode: cla === 0xff ? nativeCodeIn(ins, bytes) : null,
    lc: length - 5 - (hasLe ? 1 : 0),
    le,
  };
}

function nativeCodeIn(ins: number, bytes: Uint8Array): number | null {
  if (ins === 0x00 && bytes[5] === 0xd4) return bytes[bytes[6] === 0x40 ? 8 : 7] ?? null;
  if (ins !== 0xc2) return null;
  // Timer (5F 46 04 ....), then the command (95 length ...).
  return bytes[5] === 0x5f && bytes[12] === 0x95 ? (bytes[14] ?? null) : null;
}

/** What the instructions of readers and cards are called (PC/SC part 3; ISO/IEC 7816-4), by class and instruction. */
const NAMES: ReadonlyMap<number, string> = new Map([
  [0xff00, 'direct transmit'],
  [0xff82, 'load key'],
  [0xff86, 'authenticate'],
  [0xff88, 'authenticate'],
  [0xffb0, 'read'],
  [0xffc2, 'transparent session'],
  [0xffca, 'get data'],
  [0xffd6, 'write'],
  [0x00a4, 'select'],
  [0x9060, 'get version'],
  [0x900a, 'authenticate'],
  [0x901a, 'authenticate'],
  [0x90aa, 'authenticate'],
  [0x9071, 'authenticate'],
  [0x9077, 'authenticate'],
  [0x90af, 'next frame'],
  [0x90c4, 'change key'],
  [0x905a, 'select application'],
]);

/** undefined: no name is known. */
export const apduName = (header: number): string | undefined => NAMES.get(header >>> 16);
