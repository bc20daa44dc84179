import { describe, expect, test } from 'vitest';
import type { CardRecord } from '../../../../src/model/card-record.ts';
import {
  CardOnReader,
  NEW_RECORD,
  OLD_KEYS,
  OLD_RECORD,
  OTHER_KEYS,
  OTHER_SITE,
  recordImage,
} from './ntag-bed.ts';

const authentic = (record: CardRecord) => ({ kind: 'record', record, standing: 'authentic' });
const facts = (contents: { readonly facts: readonly (readonly [string, string])[] }) =>
  Object.fromEntries(contents.facts);

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
