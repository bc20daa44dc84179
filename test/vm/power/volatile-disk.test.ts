import { expect, test } from 'vitest';
import { SECTOR_BYTES, VolatileDisk } from './volatile-disk.ts';

const sector = (byte: number) => Buffer.alloc(SECTOR_BYTES, byte);
const firstBytes = (disk: VolatileDisk) =>
  Array.from({ length: disk.size / SECTOR_BYTES }, (_, at) => disk.read(at * SECTOR_BYTES, SECTOR_BYTES)[0]);

function disk(): VolatileDisk {
  const made = new VolatileDisk(Buffer.alloc(4 * SECTOR_BYTES));
  made.write(0, Buffer.concat([sector(1), sector(2)]));
  made.flush();
  made.write(SECTOR_BYTES, Buffer.concat([sector(3), sector(4)]));
  return made;
}

test('what was written is read, flushed or not', () => {
  expect(firstBytes(disk())).toEqual([1, 3, 4, 0]);
});

test('a power cut takes what was not flushed, and nothing else', () => {
  const cut = disk();
  expect(cut.loseCache(() => false)).toBe(2);
  expect(firstBytes(cut)).toEqual([1, 2, 0, 0]);
});

test('a power cut may take one sector of a write and leave the other', () => {
  const lasts = [false, true];
  const cut = disk();
  expect(cut.loseCache(() => lasts.shift() ?? false)).toBe(1);
  expect(firstBytes(cut)).toEqual([1, 2, 4, 0]);
});

test('a glimpse shows what a cut would leave, and the disk goes on', () => {
  const running = disk();
  const seen = new VolatileDisk(running.glimpse(() => false));
  expect(firstBytes(seen)).toEqual([1, 2, 0, 0]);
  expect(firstBytes(running)).toEqual([1, 3, 4, 0]);
});
