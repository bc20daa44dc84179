import type { CardTechnology } from '../model/card.ts';

/** The registered provider of PC/SC part 3's storage-card ATR: A0 00 00 03 06. */
const PCSC_PROVIDER = [0xa0, 0x00, 0x00, 0x03, 0x06] as const;

/** Card names of PC/SC part 3, supplemental document, as far as they can be used here. */
const STORAGE_CARD_NAMES: ReadonlyMap<number, CardTechnology> = new Map([
  [0x0001, 'mifare_classic_1k'],
  [0x0002, 'mifare_classic_4k'],
  [0x0003, 'mifare_ultralight'],
  [0x0026, 'mifare_classic_mini'],
  [0x0037, 'mifare_classic_4k'],
  [0x003a, 'mifare_ultralight_c'],
  // ACS readers tell a card that has no name here by FF and its SAK; these are Classics of other makers.
  [0xff08, 'mifare_classic_1k'],
  [0xff88, 'mifare_classic_1k'],
  [0xff18, 'mifare_classic_4k'],
  [0xff09, 'mifare_classic_mini'],
]);

/** The historical bytes of a contactless ATR, `3B 8n 80 01` and n of them (PC/SC part 3); undefined for another ATR. */
export function historicalBytes(atr: Uint8Array): Uint8Array | undefined {
  const [ts, t0, td1, td2] = atr;
  if (ts !== 0x3b || t0 === undefined || t0 >> 4 !== 8 || td1 !== 0x80 || td2 !== 0x01) return undefined;
  const count = t0 & 0xf;
  return atr.length >= 4 + count ? atr.slice(4, 4 + count) : undefined;
}

/**
 * What the reader's ATR tells of a contactless card. `mifare_ultralight` stands for every card of that family, NTAG21x too:
 * identify.ts looks closer. `iso14443_4` is a card that speaks APDUs and has no better name.
 */
export function technologyFromAtr(atr: Uint8Array): CardTechnology {
  const historical = historicalBytes(atr);
  if (historical === undefined) return 'uid_only';
  // 4F 0C: an application identifier of 12 bytes, which only a storage card has.
  if (historical[0] === 0x80 && historical[1] === 0x4f) {
    const isNamed = PCSC_PROVIDER.every((byte, index) => historical[3 + index] === byte);
    const name = (historical[9] ?? 0) * 256 + (historical[10] ?? 0);
    return (isNamed ? STORAGE_CARD_NAMES.get(name) : undefined) ?? 'uid_only';
  }
  return historical.length === 1 && historical[0] === 0x80 ? 'mifare_desfire' : 'iso14443_4';
}
