import { type Lock, openLock } from './lock.ts';
import { recordVectors } from './page-vectors.ts';

/** What the vector "a stay" opens, from when on. */
const STAY = { now: 1_780_318_800, entranceNumber: 300 };

export interface PageLockSettings {
  /** Absent: an entrance of the vector "a stay". */
  readonly entranceNumber?: number;
  /** 16 bytes, for DESFire. */
  readonly rndA?: Uint8Array;
}

/** A lock of the vectors' site, which has both versions of its keys. */
export function pageLock({ entranceNumber = STAY.entranceNumber, rndA }: PageLockSettings = {}): Lock {
  return openLock({
    siteKeys: recordVectors.master_keys.toReversed().map((keys) => ({
      version: keys.version,
      record: keys.record,
      classicRead: keys.classic_read,
      desfireRead: keys.desfire_read,
    })),
    siteId: '6f9e0c1d-8b7a-4f52-9e63-1c2d3e4f5a6b',
    entranceNumber,
    now: () => STAY.now,
    memory: new Map(),
    ...(rndA && { random: () => rndA }),
  });
}
