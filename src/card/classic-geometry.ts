/**
 * How the blocks of a MIFARE Classic lie in sectors (NXP MF1S50yyX_V1 and MF1S70yyX_V1, section 8.6): sectors 0 to 31 have
 * 4 blocks, sectors 32 to 39 (4K only) have 16. The last block of a sector is its trailer.
 */
const SMALL_SECTORS = 32;
const SMALL_SECTOR_BLOCKS = 4;
const LARGE_SECTOR_BLOCKS = 16;
const FIRST_LARGE_BLOCK = SMALL_SECTORS * SMALL_SECTOR_BLOCKS;

/** Bytes in a block. */
export const CLASSIC_BLOCK_BYTES = 16;

/** Bytes as whole blocks; what is left over at the end makes no block. */
export function inBlocks(bytes: Uint8Array): readonly Uint8Array[] {
  return Array.from({ length: Math.floor(bytes.length / CLASSIC_BLOCK_BYTES) }, (_, at) =>
    bytes.slice(at * CLASSIC_BLOCK_BYTES, (at + 1) * CLASSIC_BLOCK_BYTES),
  );
}

/** The sector that holds a block; both counted from 0. */
export function sectorOf(block: number): number {
  if (block < FIRST_LARGE_BLOCK) return Math.floor(block / SMALL_SECTOR_BLOCKS);
  return SMALL_SECTORS + Math.floor((block - FIRST_LARGE_BLOCK) / LARGE_SECTOR_BLOCKS);
}

/** The block that holds the keys and access bits of a sector. */
export function trailerOf(sector: number): number {
  if (sector < SMALL_SECTORS) return (sector + 1) * SMALL_SECTOR_BLOCKS - 1;
  return FIRST_LARGE_BLOCK + (sector - SMALL_SECTORS + 1) * LARGE_SECTOR_BLOCKS - 1;
}

export function isTrailer(block: number): boolean {
  return block === trailerOf(sectorOf(block));
}

/** Which of the four access conditions of its sector governs a block: 3 is the trailer; in a 16-block sector five blocks share one. */
export function accessGroupOf(block: number): 0 | 1 | 2 | 3 {
  if (isTrailer(block)) return 3;
  const place =
    block < FIRST_LARGE_BLOCK
      ? block % SMALL_SECTOR_BLOCKS
      : Math.floor(((block - FIRST_LARGE_BLOCK) % LARGE_SECTOR_BLOCKS) / 5);
  return place === 0 ? 0 : place === 1 ? 1 : 2;
}
