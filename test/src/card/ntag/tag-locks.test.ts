import { expect, test } from 'vitest';
import { fromHex } from '../../../../src/card/hex.ts';
import { tagLayoutOf } from '../../../../src/card/ntag/tag-layout.ts';
import { describeLocks, isLocked } from '../../../../src/card/ntag/tag-locks.ts';

const pages = (static_: string, dynamic: string, page: number) =>
  new Map([
    [2, fromHex(`0048${static_}`)],
    [page, fromHex(dynamic)],
  ]);

/** MF0ICU2, section 7.5.3: L36-39, L32-35, L28-31, block, L24-27, L20-23, L16-19, block. */
test.each([
  { byte: '11', is: undefined },
  { byte: '02', is: 'pages 16 to 19' },
  { byte: '08', is: 'pages 24 to 27' },
  { byte: '20', is: 'pages 28 to 31' },
  { byte: '80', is: 'pages 36 to 39' },
  { byte: 'EE', is: 'pages 16 to 39' },
])('lock byte 2 of an Ultralight C, $byte, locks $is', ({ byte, is }) => {
  const layout = tagLayoutOf('mifare_ultralight_c');
  expect(describeLocks(layout, pages('0000', `${byte}000000`, 0x28))).toBe(is);
});

test('the static lock bytes lock page 3 to 15, one by one', () => {
  const layout = tagLayoutOf('mifare_ultralight_ev1_48');
  const locked = pages('0881', '00000000', 0);
  expect(describeLocks(layout, locked)).toBe('pages 3, 8, 15');
  expect(describeLocks(layout, pages('0002', '00000000', 0))).toBe('page 9');
  expect(isLocked(layout, locked, 4)).toBe(false);
});

test('a card without pages has no layout', () => {
  expect(() => tagLayoutOf('mifare_desfire')).toThrow('no pages');
});
