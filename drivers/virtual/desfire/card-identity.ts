import type { Picc } from './picc.ts';

/** Version bytes of hardware and software, major and minor (NXP AN12752, "GetVersion"). */
const VERSIONS = {
  ev1: { hardware: [0x01, 0x00], software: [0x01, 0x04] },
  ev2: { hardware: [0x12, 0x00], software: [0x02, 0x01] },
  ev3: { hardware: [0x33, 0x00], software: [0x03, 0x00] },
} as const;

const STORAGE = { 2048: 0x16, 4096: 0x18, 8192: 0x1a } as const;

const BATCH_AND_DATE = [0xba, 0x24, 0x10, 0x00, 0x00, 0x12, 0x26];

/** What GetVersion answers, frame by frame: hardware, software, then uid, batch and date. A card with a random uid hides its own from strangers. */
export function versionParts(picc: Picc, isAuthenticated: boolean): readonly (readonly number[])[] {
  const { hardware, software } = VERSIONS[picc.generation];
  const uid = picc.isUidRandom && !isAuthenticated ? picc.uid.map(() => 0) : picc.uid;
  return [
    [0x04, 0x01, 0x01, ...hardware, STORAGE[picc.storageBytes], 0x05],
    [0x04, 0x01, 0x01, ...software, STORAGE[picc.storageBytes], 0x05],
    [...uid, ...BATCH_AND_DATE],
  ];
}

/** A number as a card with random uid shows it: four bytes that begin with 08 (ISO/IEC 14443-3). */
export function randomUid(random: (length: number) => Uint8Array): Uint8Array {
  return Uint8Array.of(0x08, ...random(3));
}
