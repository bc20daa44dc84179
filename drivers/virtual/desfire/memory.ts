import type { Picc } from './picc.ts';
import { OUT_OF_MEMORY, Refusal } from './status.ts';

/** The card hands out its memory in blocks of so many bytes. */
const BLOCK_BYTES = 32;

/** What FreeMem says on a card that was just formatted, by its nominal size. */
const FREE_WHEN_EMPTY = { 2048: 2304, 4096: 4864, 8192: 7936 } as const;

/** Bytes that FreeMem answers. What was deleted does not count: only FormatPICC gives it back. */
export function freeBytes(picc: Picc): number {
  return FREE_WHEN_EMPTY[picc.storageBytes] - picc.usedBytes;
}

/** Takes memory for so many bytes, in whole blocks. Throws the card's 0E when there is not enough, and takes nothing then. */
export function takeMemory(picc: Picc, bytes: number): void {
  const taken = Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;
  if (taken > freeBytes(picc)) throw new Refusal(OUT_OF_MEMORY);
  picc.usedBytes += taken;
}
