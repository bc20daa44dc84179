import type { CardTechnology } from '../../model/card.ts';

/** Where things lie on a card of the Ultralight family; pages are counted from 0, each is 4 bytes. */
export interface TagLayout {
  /** All of them, those of the configuration too. */
  readonly pages: number;
  /** Bytes from page 4 on that may carry data. */
  readonly userBytes: number;
  /** The capability container on page 3 that says so (NFC Forum Type 2 Tag Operation 1.1, section 6.1). */
  readonly container: readonly [number, number, number, number];
  /** What page 4 and 5 hold as they leave the factory, where that is more than zeros. */
  readonly factoryMessage: readonly number[];
  /** The page with the lock bits of the pages from 16 on, and how they are counted. */
  readonly dynamicLocks?: {
    readonly page: number;
    /** `c` is the Ultralight C, which mixes lock bits and block-lock bits in one byte. */
    readonly pagesPerBit: number | 'c';
  };
  /** CFG0; CFG1, PWD and PACK follow. Such a card also knows FAST_READ and PWD_AUTH. */
  readonly configPage?: number;
  /** The page whose first byte is AUTH0 of an Ultralight C: its key is for 3DES, which nobody here has. */
  readonly desAuth0Page?: number;
}

const EMPTY_MESSAGE = [0x03, 0x00, 0xfe, 0x00] as const;

/**
 * NXP NTAG213/215/216, section 8.5; MF0ULx1 (Ultralight EV1), section 8.5; MF0ICU1 (Ultralight), section 7.5; MF0ICU2 (Ultralight C), section 7.5.
 */
const LAYOUTS: ReadonlyMap<CardTechnology, TagLayout> = new Map<CardTechnology, TagLayout>([
  [
    'mifare_ultralight',
    { pages: 16, userBytes: 48, container: [0xe1, 0x10, 0x06, 0x00], factoryMessage: [] },
  ],
  [
    'mifare_ultralight_c',
    {
      pages: 48,
      userBytes: 144,
      container: [0xe1, 0x10, 0x12, 0x00],
      factoryMessage: [],
      dynamicLocks: { page: 0x28, pagesPerBit: 'c' },
      desAuth0Page: 0x2a,
    },
  ],
  [
    'mifare_ultralight_ev1_48',
    { pages: 20, userBytes: 48, container: [0xe1, 0x10, 0x06, 0x00], factoryMessage: [], configPage: 0x10 },
  ],
  [
    'mifare_ultralight_ev1_128',
    {
      pages: 41,
      userBytes: 128,
      container: [0xe1, 0x10, 0x10, 0x00],
      factoryMessage: [],
      dynamicLocks: { page: 0x24, pagesPerBit: 2 },
      configPage: 0x25,
    },
  ],
  [
    'ntag213',
    {
      pages: 45,
      userBytes: 144,
      container: [0xe1, 0x10, 0x12, 0x00],
      factoryMessage: [0x01, 0x03, 0xa0, 0x0c, 0x34, 0x03, 0x00, 0xfe],
      dynamicLocks: { page: 0x28, pagesPerBit: 2 },
      configPage: 0x29,
    },
  ],
  [
    'ntag215',
    {
      pages: 135,
      userBytes: 504,
      container: [0xe1, 0x10, 0x3e, 0x00],
      factoryMessage: EMPTY_MESSAGE,
      dynamicLocks: { page: 0x82, pagesPerBit: 16 },
      configPage: 0x83,
    },
  ],
  [
    'ntag216',
    {
      pages: 231,
      userBytes: 888,
      container: [0xe1, 0x10, 0x6d, 0x00],
      factoryMessage: EMPTY_MESSAGE,
      dynamicLocks: { page: 0xe2, pagesPerBit: 16 },
      configPage: 0xe3,
    },
  ],
]);

export const PAGE_BYTES = 4;
export const STATIC_LOCK_PAGE = 2;
export const CONTAINER_PAGE = 3;
export const FIRST_USER_PAGE = 4;

/**
 * Where a credential may lie: no further than page 59, so that a reader gets everything in one FAST_READ of 60 pages, which is what fits
 * the answer of an ACR122U.
 */
const LAST_CREDENTIAL_PAGE = 59;

/** Throws a plain Error for a card of another family. */
export function tagLayoutOf(technology: CardTechnology): TagLayout {
  const layout = LAYOUTS.get(technology);
  if (layout === undefined) throw new Error(`a ${technology} has no pages`);
  return layout;
}

/** Bytes from page 4 on that a credential may use, and that are kept before a write: 48 to 224. */
export function areaBytesOf({ userBytes }: TagLayout): number {
  return Math.min(userBytes, (LAST_CREDENTIAL_PAGE - FIRST_USER_PAGE + 1) * PAGE_BYTES);
}

/** The pages that say what is locked and protected, besides pages 2 and 3. */
export function settingPagesOf({ dynamicLocks, configPage, desAuth0Page }: TagLayout): readonly number[] {
  return [
    ...(dynamicLocks ? [dynamicLocks.page] : []),
    ...(configPage === undefined ? [] : [configPage, configPage + 1]),
    ...(desAuth0Page === undefined ? [] : [desAuth0Page]),
  ];
}

/** The page in which a byte of the user memory lies. */
export function pageAt(offset: number): number {
  return FIRST_USER_PAGE + Math.floor(offset / PAGE_BYTES);
}

/** `count` pages from `first` on. */
export function pagesFrom(first: number, count: number): readonly number[] {
  return Array.from({ length: Math.max(count, 0) }, (_, step) => first + step);
}
