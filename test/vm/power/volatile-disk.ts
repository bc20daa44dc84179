/** What a disk writes whole or not at all, bytes. */
export const SECTOR_BYTES = 512;

/**
 * A disk with a write cache that loses its power: what was flushed lasts; of what was written since, each sector lasts or is lost, in no order.
 * Offsets and lengths are bytes, and multiples of SECTOR_BYTES.
 */
export class VolatileDisk {
  readonly #lasting: Buffer;
  /** Written and not flushed, by the sector's number. */
  readonly #cache = new Map<number, Buffer>();
  flushes = 0;
  writes = 0;

  /** Begins with these bytes; they are copied. */
  constructor(bytes: Uint8Array) {
    this.#lasting = Buffer.from(bytes);
  }

  get size(): number {
    return this.#lasting.length;
  }

  /** How many sectors wait to be flushed. */
  get cached(): number {
    return this.#cache.size;
  }

  read(offset: number, length: number): Buffer {
    const bytes = Buffer.from(this.#lasting.subarray(offset, offset + length));
    for (const [at, sector] of sectors(offset, length)) this.#cache.get(sector)?.copy(bytes, at);
    return bytes;
  }

  write(offset: number, bytes: Buffer): void {
    this.writes += 1;
    for (const [at, sector] of sectors(offset, bytes.length))
      this.#cache.set(sector, Buffer.from(bytes.subarray(at, at + SECTOR_BYTES)));
  }

  flush(): void {
    this.flushes += 1;
    for (const [sector, bytes] of this.#cache) bytes.copy(this.#lasting, sector * SECTOR_BYTES);
    this.#cache.clear();
  }

  /** What would last if the power failed now; the disk itself goes on. */
  glimpse(lasts: () => boolean): Buffer {
    const bytes = Buffer.from(this.#lasting);
    for (const [sector, cached] of this.#cache) if (lasts()) cached.copy(bytes, sector * SECTOR_BYTES);
    return bytes;
  }

  /** The power fails; `lasts` decides for each sector of the cache. Returns how many were lost. */
  loseCache(lasts: () => boolean): number {
    let lost = 0;
    for (const [sector, bytes] of this.#cache) {
      if (lasts()) bytes.copy(this.#lasting, sector * SECTOR_BYTES);
      else lost += 1;
    }
    this.#cache.clear();
    return lost;
  }
}

function* sectors(offset: number, length: number): Generator<readonly [at: number, sector: number]> {
  for (let at = 0; at < length; at += SECTOR_BYTES) yield [at, (offset + at) / SECTOR_BYTES];
}
