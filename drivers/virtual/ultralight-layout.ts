/** The kinds of the Ultralight family that are simulated. */
export type UltralightTechnology =
  | 'ntag213'
  | 'ntag215'
  | 'ntag216'
  | 'mifare_ultralight_ev1_48'
  | 'mifare_ultralight_ev1_128';

/**
 * Where things lie in an NTAG21x (NXP NTAG213/215/216, section 8.5) or Ultralight EV1 (MF0UL11 and MF0UL21, MF0ULx1 section 8.5); pages are
 * counted from 0.
 */
export interface UltralightLayout {
  /** All pages, those of the configuration too. */
  readonly pages: number;
  readonly lastUserPage: number;
  /** The page of the dynamic lock bits, and how many user pages each of them locks, from page 16 on; an MF0UL11 has none. */
  readonly dynamicLock?: { readonly page: number; readonly pagesPerBit: number };
  /** AUTH0 is its last byte; ACCESS is the first byte of the page after it, then PWD, then PACK. */
  readonly configPage: number;
  /** Product, subtype and storage size of GET_VERSION. */
  readonly version: readonly [product: number, subtype: number, size: number];
  /** `reads`: one that counts readings by itself, where NFC_CNT_EN says so. `three`: counters that a command increments. */
  readonly counters: 'reads' | 'three';
  /** Pages 3 to 5 as they leave the factory. */
  readonly factoryUser: readonly number[];
  /** CFG0 and CFG1 as they leave the factory. */
  readonly factoryConfig: readonly number[];
}

const NTAG = {
  counters: 'reads',
  factoryConfig: [0x04, 0x00, 0x00, 0xff, 0x00, 0x05, 0x00, 0x00],
} as const;

/** Nothing is written on it, not even a capability container: page 3 is OTP. */
const EV1 = {
  counters: 'three',
  factoryUser: [],
  factoryConfig: [0x00, 0x00, 0x00, 0xff, 0x00, 0x05, 0x00, 0x00],
} as const;

export const ULTRALIGHT_LAYOUTS: Readonly<Record<UltralightTechnology, UltralightLayout>> = {
  ntag213: {
    ...NTAG,
    pages: 45,
    lastUserPage: 0x27,
    dynamicLock: { page: 0x28, pagesPerBit: 2 },
    configPage: 0x29,
    version: [0x04, 0x02, 0x0f],
    factoryUser: [0xe1, 0x10, 0x12, 0x00, 0x01, 0x03, 0xa0, 0x0c, 0x34, 0x03, 0x00, 0xfe],
  },
  ntag215: {
    ...NTAG,
    pages: 135,
    lastUserPage: 0x81,
    dynamicLock: { page: 0x82, pagesPerBit: 16 },
    configPage: 0x83,
    version: [0x04, 0x02, 0x11],
    factoryUser: [0xe1, 0x10, 0x3e, 0x00, 0x03, 0x00, 0xfe, 0x00],
  },
  ntag216: {
    ...NTAG,
    pages: 231,
    lastUserPage: 0xe1,
    dynamicLock: { page: 0xe2, pagesPerBit: 16 },
    configPage: 0xe3,
    version: [0x04, 0x02, 0x13],
    factoryUser: [0xe1, 0x10, 0x6d, 0x00, 0x03, 0x00, 0xfe, 0x00],
  },
  mifare_ultralight_ev1_48: {
    ...EV1,
    pages: 20,
    lastUserPage: 0x0f,
    configPage: 0x10,
    version: [0x03, 0x01, 0x0b],
  },
  mifare_ultralight_ev1_128: {
    ...EV1,
    pages: 41,
    lastUserPage: 0x23,
    dynamicLock: { page: 0x24, pagesPerBit: 2 },
    configPage: 0x25,
    version: [0x03, 0x01, 0x0e],
  },
};

export const PAGE_BYTES = 4;
export const STATIC_LOCK_PAGE = 2;
export const CAPABILITY_PAGE = 3;
const FIRST_DYNAMIC_PAGE = 16;

/** Memory of a card that nobody has written yet: the pages, and nothing after them. */
export function factoryPages(layout: UltralightLayout, uid: Uint8Array): Uint8Array {
  const [u0 = 0, u1 = 0, u2 = 0, u3 = 0, u4 = 0, u5 = 0, u6 = 0] = uid;
  const memory = new Uint8Array(layout.pages * PAGE_BYTES);
  memory.set([u0, u1, u2, 0x88 ^ u0 ^ u1 ^ u2, u3, u4, u5, u6, u3 ^ u4 ^ u5 ^ u6, 0x48, 0x00, 0x00]);
  memory.set(layout.factoryUser, CAPABILITY_PAGE * PAGE_BYTES);
  if (layout.dynamicLock) memory.set([0x00, 0x00, 0x00, 0xbd], layout.dynamicLock.page * PAGE_BYTES);
  const password = [0xff, 0xff, 0xff, 0xff];
  memory.set([...layout.factoryConfig, ...password], layout.configPage * PAGE_BYTES);
  return memory;
}

/**
 * Whether a lock bit stands against writing `page`. Static lock bits (page 2, bytes 2 and 3) lock pages 3 to 15 one by one, dynamic ones
 * the pages from 16 on in groups.
 */
export function isPageLocked(layout: UltralightLayout, memory: Uint8Array, page: number): boolean {
  if (page < CAPABILITY_PAGE || page > layout.lastUserPage) return false;
  if (page < FIRST_DYNAMIC_PAGE) {
    const at = STATIC_LOCK_PAGE * PAGE_BYTES + 2;
    return ((uint16(memory, at) >> page) & 1) === 1;
  }
  if (layout.dynamicLock === undefined) return false;
  const bit = Math.floor((page - FIRST_DYNAMIC_PAGE) / layout.dynamicLock.pagesPerBit);
  return ((uint16(memory, layout.dynamicLock.page * PAGE_BYTES) >> bit) & 1) === 1;
}

/**
 * The page with static lock bits after writing `data` to it: bits only ever go up, and the three block-lock bits freeze
 * theirs (bit 0: page 3; bit 1: pages 4 to 9; bit 2: pages 10 to 15).
 */
export function withStaticLocks(current: Uint8Array, data: Uint8Array): Uint8Array {
  const locks = uint16(current, 2);
  const frozen = (locks & 1 ? 0x0008 : 0) | (locks & 2 ? 0x03f0 : 0) | (locks & 4 ? 0xfc00 : 0);
  const next = locks | (uint16(data, 2) & ~frozen);
  return Uint8Array.of(current[0] ?? 0, current[1] ?? 0, next & 0xff, next >> 8);
}

/** The same for dynamic lock bits: each block-lock bit in the third byte freezes two of them. The fourth byte always reads BD. */
export function withDynamicLocks(
  layout: UltralightLayout,
  current: Uint8Array,
  data: Uint8Array,
): Uint8Array {
  const pagesPerBit = layout.dynamicLock?.pagesPerBit ?? 1;
  const bits = Math.ceil((layout.lastUserPage - FIRST_DYNAMIC_PAGE + 1) / pagesPerBit);
  const blocks = current[2] ?? 0;
  let frozen = 0;
  for (let bit = 0; bit < bits; bit++) if ((blocks >> (bit >> 1)) & 1) frozen |= 1 << bit;
  const locks = uint16(current, 0) | (uint16(data, 0) & ~frozen & ((1 << bits) - 1));
  const nextBlocks = blocks | ((data[2] ?? 0) & ((1 << Math.ceil(bits / 2)) - 1));
  return Uint8Array.of(locks & 0xff, locks >> 8, nextBlocks, 0xbd);
}

function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) + (bytes[at + 1] ?? 0) * 256;
}
