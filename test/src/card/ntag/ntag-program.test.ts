import { describe, expect, test } from 'vitest';
import { ntagPassword } from '../../../../src/card/diversification.ts';
import { toHex } from '../../../../src/card/hex.ts';
import { ACR122_PROFILE, STANDARD_PROFILE } from '../../../../src/card/storage-card.ts';
import type { CardRecord } from '../../../../src/model/card-record.ts';
import {
  BLANK,
  CardOnReader,
  KEYS,
  NEW_RECORD,
  OLD_KEYS,
  OLD_RECORD,
  OTHER_KEYS,
  OTHER_SITE,
  recordImage,
  UID,
} from './ntag-bed.ts';

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

describe('what is on a card', () => {
  test('is told without a change to it, also after it was written by another version of the keys', async () => {
    const card = new CardOnReader('ntag213');
    await card.write(recordImage(OLD_RECORD), { keys: OLD_KEYS });
    const before = card.memory;
    const { content, keyVersion } = await card.inspect();
    expect(content).toEqual(authentic(OLD_RECORD));
    expect(keyVersion).toBe(1);
    expect(card.sent.filter((apdu) => apdu.includes('D4421B'))).toHaveLength(1);
    expect(card.memory).toEqual(before);
  });

  test('is locked where the password is of another site, unless it is a record', async () => {
    const card = new CardOnReader('ntag213');
    await card.write(recordImage({ ...OLD_RECORD, siteId: OTHER_SITE }), {
      siteId: OTHER_SITE,
      keys: OTHER_KEYS,
    });
    const found = await card.inspect();
    expect(found.content).toMatchObject({ kind: 'record', standing: 'other_site' });
    expect(found.capacityBytes).toBe(0);
    expect(facts(found)['Password']).toContain("not this site's");
    const before = card.memory;
    await expect(card.write(recordImage(NEW_RECORD))).rejects.toMatchObject({ code: 'card_refused' });
    expect(card.notes).toEqual([]);
    expect(card.memory).toEqual(before);
  });

  test.each([
    {
      of: 'a web address',
      pages: ['A204030FD101', 'A2050B550165', 'A20678616D70', 'A2076C652E63', 'A2086FFE0000'],
      is: 'an NDEF message of 15 bytes: a web address',
    },
    { of: 'nonsense', pages: ['A20455667788'], is: 'data that is no NDEF message' },
  ])('is foreign: $of', async ({ pages, is }) => {
    const card = new CardOnReader('ntag215');
    card.send(...pages);
    expect((await card.inspect()).content).toEqual({ kind: 'foreign', description: is });
    await card.write(recordImage(NEW_RECORD));
    expect((await card.inspect()).content).toEqual(authentic(NEW_RECORD));
  });

  test.each([
    { what: 'the length is 0', page: 4, data: '0300D40E' },
    { what: 'a byte of the record is missing', page: 4, data: '0360D40E' },
    { what: 'the record is no CBOR', page: 9, data: 'FFFFFFFF' },
  ])('is incomplete when $what', async ({ page, data }) => {
    const card = new CardOnReader('ntag215');
    await card.write(recordImage(NEW_RECORD), { isPasswordProtected: false });
    card.send(`A2${page.toString(16).padStart(2, '0')}${data}`);
    expect((await card.inspect()).content).toEqual({ kind: 'incomplete' });
  });

  test('is incomplete as soon as the first page of a record has arrived', async () => {
    const card = new CardOnReader('ntag215');
    card.send('A20557656E63');
    expect((await card.inspect()).content).toEqual({ kind: 'incomplete' });
  });

  test.each([
    { lock: 'a static bit', send: ['A20200002000'], says: 'page 5 is locked' },
    { lock: 'a dynamic bit', send: ['A22801000000'], says: 'page 16 is locked' },
    { lock: 'the container', send: ['A2030000000F'], says: 'read-only' },
    { lock: 'a container that is none', send: ['A203FFFFFFFF'], says: 'no capability container' },
    { lock: 'a password', send: ['A22B01020304', 'A22904000004'], says: "not this site's" },
    {
      lock: 'a password that counts',
      send: ['A22B01020304', 'A22A01050000', 'A22904000004'],
      says: 'none was tried',
    },
    {
      lock: 'a password to read',
      send: ['A22B01020304', 'A22A80050000', 'A22904000004'],
      says: 'cannot be read',
    },
  ])('is locked by $lock, and a write is refused before it begins', async ({ send, says }) => {
    const card = new CardOnReader('ntag213');
    card.send(...send);
    const before = card.memory;
    const { content } = await card.inspect();
    expect(content).toMatchObject({ kind: 'locked', description: expect.stringContaining(says) });
    await expect(card.write(recordImage(NEW_RECORD))).rejects.toMatchObject({ code: 'card_refused' });
    expect(card.notes).toEqual([]);
    expect(card.memory).toEqual(before);
  });

  test('can be long enough up to the first page that is locked', async () => {
    const card = new CardOnReader('ntag213');
    const free = await card.inspect();
    expect(free.capacityBytes).toBe(119);
    expect(facts(free)).toMatchObject({ Memory: '144 bytes, 139 free', Locks: 'none', Password: 'off' });
    card.send('A22800080000');
    const found = await card.inspect();
    expect(facts(found)['Locks']).toBe('pages 38 to 39');
    expect(found.capacityBytes).toBe(111);
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

/** APDUs: docs/card-formats/ntag.md says what each is for. NEW_RECORD is 90 bytes, and 110 with all around it. */
describe('the exchanges of', () => {
  const on = (technology: (typeof KINDS)[number], profile = ACR122_PROFILE) =>
    new CardOnReader(technology, profile);

  test.each([
    { technology: 'ntag213', reads: 1, writes: 28 },
    { technology: 'ntag215', reads: 2, writes: 28 },
    { technology: 'mifare_ultralight_ev1_128', reads: 1, writes: 29 },
  ] as const)(
    'a first write onto an $technology are reads, writes, the password and reads back',
    async ({ technology, reads, writes }) => {
      const card = on(technology);
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
    const card = on('ntag213', STANDARD_PROFILE);
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
    const card = on('ntag213');
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
