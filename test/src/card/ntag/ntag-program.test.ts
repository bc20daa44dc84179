import { describe, expect, test } from 'vitest';
import { ntagPassword } from '../../../../src/card/diversification.ts';
import { toHex } from '../../../../src/card/hex.ts';
import { STANDARD_PROFILE } from '../../../../src/card/storage-card.ts';
import type { CardRecord } from '../../../../src/model/card-record.ts';
import { BLANK, CardOnReader, KEYS, NEW_RECORD, OLD_KEYS, OLD_RECORD, recordImage, UID } from './ntag-bed.ts';

const [NEWEST] = KEYS;
if (!NEWEST) throw new Error('the site has keys');

const authentic = (record: CardRecord) => ({ kind: 'record', record, standing: 'authentic' });
const facts = (contents: { readonly facts: readonly (readonly [string, string])[] }) =>
  Object.fromEntries(contents.facts);

/** Where CFG0 is. */
const CONFIG = { ntag213: 0x29, ntag215: 0x83, ntag216: 0xe3, mifare_ultralight_ev1_128: 0x25 } as const;
const KINDS = ['ntag213', 'ntag215', 'ntag216', 'mifare_ultralight_ev1_128'] as const;

describe.each(KINDS)('an %s', (technology) => {
  test('from the factory is blank, and holds the record after a write, under a password', async () => {
    const card = new CardOnReader(technology);
    const before = card.memory;
    const found = await card.inspect();
    expect(found.content).toEqual({ kind: 'blank' });
    expect(found.keyVersion).toBeNull();
    expect(card.memory).toEqual(before);
    await card.write(recordImage(NEW_RECORD));
    const written = await card.inspect();
    expect(written.content).toEqual(authentic(NEW_RECORD));
    expect(written.keyVersion).toBe(2);
    const { password, pack } = ntagPassword(NEWEST, UID);
    const config = CONFIG[technology];
    expect(card.page(config)[3]).toBe(0x02);
    expect(card.page(config + 1)).toEqual(Uint8Array.of(0x00, 0x05, 0x00, 0x00));
    expect(card.page(config + 2)).toEqual(password);
    expect(card.page(config + 3)).toEqual(Uint8Array.of(...pack, 0x00, 0x00));
  });

  test('refuses what comes without the password afterwards, its lock bytes too', async () => {
    const card = new CardOnReader(technology);
    await card.write(recordImage(NEW_RECORD));
    for (const page of ['02', '05', '08']) expect(() => card.send(`A2${page}00000000`)).toThrow('refuses');
  });

  test('is as from the factory when it was erased, but for a capability container', async () => {
    const card = new CardOnReader(technology);
    const factory = card.memory;
    const isFormatted = card.page(3)[0] === 0xe1;
    await card.write(recordImage(NEW_RECORD));
    await card.write(BLANK);
    expect((await card.inspect()).content).toEqual({ kind: 'blank' });
    if (isFormatted) return expect(toHex(card.memory)).toBe(toHex(factory));
    expect(toHex(card.page(3))).toBe('E1101000');
    expect(toHex(card.page(4))).toBe('0300FE00');
    expect(toHex(card.memory.slice(20))).toBe(toHex(factory.slice(20)));
  });

  test('is put back as it was', async () => {
    const card = new CardOnReader(technology);
    await card.write(recordImage(OLD_RECORD), { isPasswordProtected: false });
    const before = card.memory;
    const { preimage } = await card.inspect();
    await card.write(recordImage(NEW_RECORD));
    await card.write({ kind: 'previous', format: 'ntag', preimage });
    expect(toHex(card.memory)).toBe(toHex(before));
  });
});

describe('a write', () => {
  test.each([
    {
      technology: 'mifare_ultralight_ev1_48',
      says: 'takes 87 bytes, this mifare_ultralight_ev1_48 holds at most 28',
    },
    {
      technology: 'mifare_ultralight_ev1_128',
      says: 'takes 120 bytes, this mifare_ultralight_ev1_128 holds at most 108',
    },
  ] as const)(
    'of more than a $technology holds is refused with both numbers',
    async ({ technology, says }) => {
      const card = new CardOnReader(technology);
      const before = card.memory;
      const entrances =
        technology === 'mifare_ultralight_ev1_48' ? [1] : Array.from({ length: 17 }, (_, at) => at + 24);
      const writing = card.write(recordImage({ ...NEW_RECORD, entrances }));
      await expect(writing).rejects.toMatchObject({
        code: 'card_unsupported',
        message: expect.stringContaining(says),
      });
      expect(card.memory).toEqual(before);
      expect(card.notes).toEqual([]);
    },
  );

  test('rotates an old password', async () => {
    const card = new CardOnReader('ntag213');
    await card.write(recordImage(OLD_RECORD), { keys: OLD_KEYS });
    await card.write(recordImage(OLD_RECORD));
    const { content, keyVersion } = await card.inspect({ keys: KEYS.slice(0, 1) });
    expect(content).toEqual(authentic(OLD_RECORD));
    expect(keyVersion).toBe(2);
  });

  test('takes the password away where the site wants none any more', async () => {
    const card = new CardOnReader('ntag213');
    await card.write(recordImage(OLD_RECORD));
    await card.write(recordImage(OLD_RECORD), { isPasswordProtected: false });
    expect(facts(await card.inspect())['Password']).toBe('off');
    expect(toHex(card.page(0x2b))).toBe('FFFFFFFF');
    expect(toHex(card.page(0x2c))).toBe('00000000');
  });

  test.each([
    { what: 'AUTH0', send: 'A22904000010', page: 0x29, is: '04000002' },
    { what: 'PACK', send: 'A22C12340000', page: 0x2c, is: undefined },
  ])('puts a wrong $what right', async ({ send, page, is }) => {
    const card = new CardOnReader('ntag213');
    await card.write(recordImage(OLD_RECORD));
    const right = toHex(card.page(page));
    const { password } = ntagPassword(NEWEST, UID);
    card.send(`1B${toHex(password)}`, send);
    await card.write(recordImage(OLD_RECORD));
    expect(toHex(card.page(page))).toBe(is ?? right);
  });

  test('that erases gives back the password of the factory, though the card asks for none', async () => {
    const card = new CardOnReader('ntag213');
    const factory = toHex(card.memory);
    card.send('A22B01020304', 'A22C12340000');
    await card.write(BLANK);
    expect(toHex(card.memory)).toBe(factory);
  });

  test.each(['E1000000', '00100000', 'E1100000'])(
    'completes a capability container of which only %s was set',
    async (begun) => {
      const card = new CardOnReader('mifare_ultralight_ev1_128');
      card.send(`A203${begun}`);
      await card.write(recordImage(OLD_RECORD));
      expect(toHex(card.page(3))).toBe('E1101000');
    },
  );

  test.each([
    { lost: 'a page of the record', page: 7 },
    { lost: 'AUTH0', page: 0x29 },
    { lost: 'the password', page: 0x2b },
  ])('fails when the card says yes and does not keep $lost', async ({ page }) => {
    const card = new CardOnReader('ntag213');
    card.isDeafOn = page;
    await expect(card.write(recordImage(NEW_RECORD))).rejects.toMatchObject({ code: 'device_protocol' });
    expect(card.notes.at(-1)?.done).not.toBe(card.notes.at(-1)?.total);
  });

  test('puts right what a torn page took of the lock control TLV', async () => {
    const card = new CardOnReader('ntag213');
    await card.write(recordImage(OLD_RECORD), { isPasswordProtected: false });
    card.send('A20500000000');
    expect((await card.inspect()).content).toEqual({ kind: 'incomplete' });
    await card.write(recordImage(OLD_RECORD), { isPasswordProtected: false });
    expect(toHex(card.page(5))).toMatch(/^3403..D4$/);
  });

  test('never sets AUTHLIM, CFGLCK or PROT, and leaves a configuration that somebody locked', async () => {
    const card = new CardOnReader('ntag213');
    card.send('A22A40050000');
    await card.write(recordImage(NEW_RECORD));
    const found = await card.inspect();
    expect(found.content).toEqual(authentic(NEW_RECORD));
    expect(facts(found)['Password']).toBe('off, and locked by somebody else');
    expect(toHex(card.page(0x2a))).toBe('40050000');
  });

  test('leaves out the password on a reader that cannot pass it on, and says so', async () => {
    const card = new CardOnReader('ntag213', STANDARD_PROFILE);
    await card.write(recordImage(NEW_RECORD));
    const found = await card.inspect();
    expect(found.content).toEqual(authentic(NEW_RECORD));
    expect(facts(found)['Password']).toContain('cannot pass a password on');
    expect(card.page(0x29)[3]).toBe(0xff);
  });

  test('on such a reader reads a protected record, and does not write it', async () => {
    const { memory } = await (async () => {
      const card = new CardOnReader('ntag213');
      await card.write(recordImage(OLD_RECORD));
      return card;
    })();
    const card = new CardOnReader('ntag213', STANDARD_PROFILE, memory);
    expect((await card.inspect()).content).toEqual(authentic(OLD_RECORD));
    await card.write(recordImage(OLD_RECORD));
    const writing = card.write(recordImage(NEW_RECORD));
    await expect(writing).rejects.toMatchObject({
      code: 'card_refused',
      message: expect.stringContaining('cannot pass on'),
    });
    expect(card.memory).toEqual(memory);
  });

  test('notes its progress before the first change, after each, and to the end', async () => {
    const card = new CardOnReader('ntag213');
    await card.write(recordImage(NEW_RECORD));
    const [first, ...others] = card.notes;
    expect(first).toMatchObject({ phase: 'writing', done: 0 });
    const total = first?.total ?? 0;
    expect(others.map(({ done }) => done)).toEqual([
      ...Array.from({ length: total - 1 }, (_, at) => at + 1),
      total - 1,
      total,
    ]);
    expect(card.notes.map(({ phase }) => phase).lastIndexOf('writing')).toBe(total - 1);
    await card.write(recordImage(NEW_RECORD));
    expect(card.notes).toEqual([{ phase: 'verifying', done: 1, total: 1 }]);
  });
});
