import type { ClassicLink } from '../../src/card/link.ts';
import { cardKey, joined } from './aes-keys.ts';
import { FRAME_HEAD, framedLength } from './frame.ts';
import { Shut } from './shut.ts';

/** A master key `classic_read` and the version of the site's keys that it is of. */
export interface ClassicReadKey {
  readonly version: number;
  readonly classicRead: Uint8Array;
}

const BLOCK = 16;

/** The record's bytes (mifare-classic.md, What a lock does). `keys` begin with the newest. */
export async function readClassic(
  link: ClassicLink,
  uid: Uint8Array,
  sectors: readonly number[],
  keys: readonly ClassicReadKey[],
): Promise<Uint8Array> {
  const blocks = sectors.flatMap((sector) => dataBlocksOf(sector).map((block) => ({ sector, block })));
  let area: Uint8Array = new Uint8Array();
  let needed = BLOCK;
  let open: number | undefined;
  let order = keys;
  for (const { sector, block } of blocks) {
    if (area.length >= needed) break;
    if (sector !== open) {
      const key = await openSector(link, uid, sector, block, order);
      order = [key, ...keys.filter((other) => other !== key)];
      open = sector;
    }
    area = joined(area, await link.readBlock(block));
    needed = FRAME_HEAD + framedLength(area, blocks.length * BLOCK);
  }
  return area.subarray(FRAME_HEAD, needed);
}

async function openSector(
  link: ClassicLink,
  uid: Uint8Array,
  sector: number,
  block: number,
  keys: readonly ClassicReadKey[],
): Promise<ClassicReadKey> {
  let cause: unknown;
  for (const key of keys.slice(0, 3)) {
    const bytes = cardKey(key.classicRead, uid, [sector, 0x41]).slice(0, 6);
    try {
      await link.authenticate(block, { kind: 'A', bytes });
      return key;
    } catch (error) {
      cause = error;
    }
  }
  throw new Shut('unknown_key', { cause });
}

/** Without the trailer. */
function dataBlocksOf(sector: number): readonly number[] {
  const [first, count] = sector < 32 ? [sector * 4, 3] : [128 + (sector - 32) * 16, 15];
  return Array.from({ length: count }, (_, at) => first + at);
}
