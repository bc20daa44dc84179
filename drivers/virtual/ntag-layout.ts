/** The three sizes that are simulated. */
export type NtagTechnology = 'ntag213' | 'ntag215' | 'ntag216';

/** Where things lie in an NTAG21x (NXP NTAG213/215/216, section 8.5); pages are counted from 0. */
export interface NtagLayout {
  /** All pages, those of the configuration too. */
  readonly pages: number;
  readonly lastUserPage: number;
  readonly dynamicLockPage: number;
  /** AUTH0 is its last byte; ACCESS is the first byte of the page after it, then PWD, then PACK. */
  readonly configPage: number;
  /** User pages per dynamic lock bit, from page 16 on. */
  readonly pagesPerLockBit: number;
  /** Third byte of the capability container: user memory in units of 8 bytes. */
  readonly capacityByte: number;
  /** Storage size byte of GET_VERSION. */
  readonly sizeByte: number;
  /** Pages 4 and 5 as they leave the factory. */
  readonly factoryMessage: readonly number[];
}

export const NTAG_LAYOUTS: Readonly<Record<NtagTechnology, NtagLayout>> = {
  ntag213: {
    pages: 45,
    lastUserPage: 0x27,
    dynamicLockPage: 0x28,
    configPage: 0x29,
    pagesPerLockBit: 2,
    capacityByte: 0x12,
    sizeByte: 0x0f,
    factoryMessage: [0x01, 0x03, 0xa0, 0x0c, 0x34, 0x03, 0x00, 0xfe],
  },
  ntag215: {
    pages: 135,
    lastUserPage: 0x81,
    dynamicLockPage: 0x82,
    configPage: 0x83,
    pagesPerLockBit: 16,
    capacityByte: 0x3e,
    sizeByte: 0x11,
    factoryMessage: [0x03, 0x00, 0xfe, 0x00],
  },
  ntag216: {
    pages: 231,
    lastUserPage: 0xe1,
    dynamicLockPage: 0xe2,
    configPage: 0xe3,
    pagesPerLockBit: 16,
    capacityByte: 0x6d,
    sizeByte: 0x13,
    factoryMessage: [0x03, 0x00, 0xfe, 0x00],
  },
};

export const PAGE_BYTES = 4;
export const STATIC_LOCK_PAGE = 2;
export const CAPABILITY_PAGE = 3;
const FIRST_DYNAMIC_PAGE = 16;

/** Memory of a card that nobody has written yet: the pages, and nothing after them. */
export function factoryPages(layout: NtagLayout, uid: Uint8Array): Uint8Array {
  const [u0 = 0, u1 = 0, u2 = 0, u3 = 0, u4 = 0, u5 = 0, u6 = 0] = uid;
  const memory = new Uint8Array(layout.pages * PAGE_BYTES);
  memory.set([u0, u1, u2, 0x88 ^ u0 ^ u1 ^ u2, u3, u4, u5, u6, u3 ^ u4 ^ u5 ^ u6, 0x48, 0x00, 0x00]);
  memory.set([0xe1, 0x10, layout.capacityByte, 0x00], CAPABILITY_PAGE * PAGE_BYTES);
  memory.set(layout.factoryMessage, 4 * PAGE_BYTES);
  memory.set([0x00, 0x00, 0x00, 0xbd], layout.dynamicLockPage * PAGE_BYTES);
  const config = [0x04, 0x00, 0x00, 0xff, 0x00, 0x05, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff];
  memory.set(config, layout.configPage * PAGE_BYTES);
  return memory;
}

/**
 * Whether a lock bit stands against writing `page`. Static lock bits (page 2, bytes 2 and 3) lock pages 3 to 15 one by one, dynamic ones
 * the pages from 16 on in groups.
 */
export function isPageLocked(layout: NtagLayout, memory: Uint8Array, page: number): boolean {
  if (page < CAPABILITY_PAGE || page > layout.lastUserPage) return false;
  if (page < FIRST_DYNAMIC_PAGE) {
    const at = STATIC_LOCK_PAGE * PAGE_BYTES + 2;
    return ((uint16(memory, at) >> page) & 1) === 1;
  }
  const bit = Math.floor((page - FIRST_DYNAMIC_PAGE) / layout.pagesPerLockBit);
  return ((uint16(memory, layout.dynamicLockPage * PAGE_BYTES) >> bit) & 1) === 1;
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
export function withDynamicLocks(layout: NtagLayout, current: Uint8Array, data: Uint8Array): Uint8Array {
  const bits = Math.ceil((layout.lastUserPage - FIRST_DYNAMIC_PAGE + 1) / layout.pagesPerLockBit);
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
