import { describe, expect, test } from 'vitest';
import { toHex } from '../../../../src/card/hex.ts';
import { STANDARD_PROFILE } from '../../../../src/card/storage-card.ts';
import { BLANK, CardOnReader, KEYS, NEW_RECORD, OLD_KEYS, OLD_RECORD, recordImage } from './ntag-bed.ts';

/** APDUs: docs/card-formats/ntag.md says what each is for. NEW_RECORD is 90 bytes, and 110 with all around it. */
describe('the exchanges of', () => {
  test.each([
    { technology: 'ntag213', reads: 1, writes: 28 },
    { technology: 'ntag215', reads: 2, writes: 28 },
    { technology: 'mifare_ultralight_ev1_128', reads: 1, writes: 29 },
  ] as const)(
    'a first write onto an $technology are reads, writes, the password and reads back',
    async ({ technology, reads, writes }) => {
      const card = new CardOnReader(technology);
      await card.write(recordImage(NEW_RECORD));
      const count = (part: string) => card.sent.filter((apdu) => apdu.includes(part)).length;
      expect({ fastReads: count('D4423A'), writes: count('FFD600'), passwords: count('D4421B') }).toEqual({
        fastReads: 2 * reads,
        writes: writes + 3,
        passwords: 1,
      });
      expect(card.sent).toHaveLength(2 * reads + writes + 3 + 1);
      await card.inspect();
      expect(card.sent).toHaveLength(reads + 1);
      await card.write(recordImage(NEW_RECORD));
      expect(card.sent).toHaveLength(reads + 1);
    },
  );

  test('a first write onto an ntag213 where no native command passes are READs of four pages', async () => {
    const card = new CardOnReader('ntag213', STANDARD_PROFILE);
    await card.write(recordImage(NEW_RECORD));
    expect(card.sent.filter((apdu) => apdu.startsWith('FFD6'))).toHaveLength(28);
    expect(card.sent).toHaveLength(9 + 28 + 7);
    await card.inspect();
    expect(card.sent).toHaveLength(11);
  });

  /** `over`: what comes on top of the pages that differ. */
  test.each([
    {
      work: 'a first write without a password',
      before: undefined,
      after: NEW_RECORD,
      isProtected: false,
      over: 2,
    },
    {
      work: 'a first write with a password',
      before: undefined,
      after: NEW_RECORD,
      isProtected: true,
      over: 6,
    },
    {
      work: 'a rewrite under the same password',
      before: KEYS,
      after: NEW_RECORD,
      isProtected: true,
      over: 4,
    },
    {
      work: 'a rewrite under a new password',
      before: OLD_KEYS,
      after: NEW_RECORD,
      isProtected: true,
      over: 9,
    },
    { work: 'a rewrite without a password', before: KEYS, after: NEW_RECORD, isProtected: false, over: 3 },
    { work: 'an erasure without a password', before: KEYS, after: undefined, isProtected: false, over: 3 },
    { work: 'an erasure with a password', before: KEYS, after: undefined, isProtected: true, over: 7 },
  ])('$work on an ntag213 are $over more than pages', async ({ before, after, isProtected, over }) => {
    const card = new CardOnReader('ntag213');
    if (before) await card.write(recordImage(OLD_RECORD), { keys: before, isPasswordProtected: isProtected });
    const memory = card.memory;
    await card.write(after ? recordImage(after) : BLANK, { isPasswordProtected: isProtected });
    const differing = Array.from({ length: 0x28 }, (_, page) => page).filter(
      (page) => toHex(memory.slice(page * 4, page * 4 + 4)) !== toHex(card.page(page)),
    );
    expect(differing).toContain(5);
    expect(card.sent).toHaveLength(differing.length + over);
  });
});
