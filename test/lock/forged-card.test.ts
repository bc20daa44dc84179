import { describe, expect, test } from 'vitest';
import type { VirtualCardOptions } from '../../drivers/virtual/virtual-card.ts';
import { bytes } from './card-format-page.ts';
import { encoded, lockOf, present, putDown } from './desk.ts';
import { recordOn } from './record-on-card.ts';

const UID = '04A2B3C4D5E680';
const NTAG: VirtualCardOptions = { technology: 'ntag213', uid: UID };
const CLASSIC: VirtualCardOptions = { technology: 'mifare_classic_1k', uid: UID };
const DESFIRE: VirtualCardOptions = { technology: 'mifare_desfire', uid: UID };
const FORMS = [NTAG, CLASSIC, DESFIRE];

describe('a record that somebody changed', () => {
  test.each(FORMS)('in one bit, anywhere, opens nothing: $technology', async (kind) => {
    const memory = await encoded(kind);
    const { record } = await present(lockOf(), putDown({ ...kind, memory }));
    const { length, flipped } = recordOn(memory, record ?? expect.fail('the lock read no record'));
    for (let bit = 0; bit < length * 8; bit += 1) {
      const counters = new Map<string, number>();
      const outcome = await present(lockOf({ memory: counters }), putDown({ ...kind, memory: flipped(bit) }));
      expect(outcome.opens, `bit ${bit}`).toBe(false);
      expect(outcome.why, `bit ${bit}`).toMatch(/^(malformed|other_site|copied|unknown_version|altered)$/);
      expect(counters.size, `bit ${bit}: a counter was kept`).toBe(0);
    }
    expect(length).toBeGreaterThan(80);
  });

  test.each([NTAG, CLASSIC])(
    'around the record, in one bit, is the same record or none: $technology',
    async (kind) => {
      const memory = await encoded(kind);
      const whole = await present(lockOf(), putDown({ ...kind, memory }));
      let opened = 0;
      for (let bit = 16 * 8; bit < memory.length * 8; bit += 1) {
        const changed = memory.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
        const outcome = await present(lockOf(), putDown({ ...kind, memory: changed }));
        if (!outcome.opens) continue;
        expect(outcome).toEqual(whole);
        opened += 1;
      }
      expect(opened).toBeGreaterThan(0);
    },
  );
});

describe('a copy', () => {
  const other = '04A2B3C4D5E681';

  test('of an NTAG, page by page, opens nothing', async () => {
    const original = putDown({ ...NTAG, memory: await encoded(NTAG) });
    const copy = putDown({ ...NTAG, uid: other });
    for (let page = 3; page < 40; page += 1) {
      const read = await original.link.ultralight?.readPages(page);
      await copy.link.ultralight?.writePage(page, read?.slice(0, 4) ?? new Uint8Array());
    }
    expect(await present(lockOf(), copy)).toEqual({ opens: false, why: 'copied' });
  });

  test('of a Classic, keys and all, opens nothing: the keys are those of another uid', async () => {
    const memory = await encoded(CLASSIC);
    memory.set(
      putDown({ ...CLASSIC, uid: other })
        .memory()
        .subarray(0, 16),
    );
    const copy = putDown({ ...CLASSIC, uid: other, memory });
    expect(await present(lockOf(), copy)).toEqual({ opens: false, why: 'unknown_key' });
  });

  test('of a Classic on a card of the site opens nothing', async () => {
    const [from, onto] = [await encoded(CLASSIC), await encoded({ ...CLASSIC, uid: other })];
    for (const block of [4, 5, 6, 8, 9, 10, 12, 13, 14]) {
      onto.set(from.subarray(block * 16, block * 16 + 16), block * 16);
    }
    const copy = putDown({ ...CLASSIC, uid: other, memory: onto });
    expect(await present(lockOf(), copy)).toEqual({ opens: false, why: 'copied' });
  });

  test('of a DESFire that only shows its uid opens nothing', async () => {
    const memory = await encoded({ ...DESFIRE, uid: other });
    const { link } = putDown({ ...DESFIRE, uid: other, memory });
    expect(await lockOf().present(link, { uid: bytes(UID) })).toEqual({ opens: false, why: 'unknown_key' });
  });
});
