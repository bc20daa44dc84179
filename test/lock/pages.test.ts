import { describe, expect, test } from 'vitest';
import type { CardLink, ClassicLink } from '../../src/card/link.ts';
import { type Bytes, cardKey } from './aes-keys.ts';
import { blockOf, bytes } from './card-format-page.ts';
import { pageLock } from './page-lock.ts';
import { classicVectors, ntagVectors, recordVectors } from './page-vectors.ts';
import { hex, readRecord } from './strict-record.ts';

const [masterKeys = expect.fail('record.md has no keys')] = recordVectors.master_keys;
const UID = recordVectors.card_keys.uid;

/** An Ultralight of these pages, zeros in all others. */
function ultralightOf(pages: Readonly<Record<number, Uint8Array>>): CardLink {
  const page = (at: number) => [...(pages[at] ?? new Uint8Array(4))];
  const readPages = async (at: number) =>
    Uint8Array.from([at, at + 1, at + 2, at + 3].flatMap((each) => page(each)));
  return { ultralight: { readPages, writePage: () => Promise.reject(new Error('a lock never writes')) } };
}

/** An NTAG216 with this record in a message, built as the table of ntag.md says. */
function ntagWith(record: Uint8Array): CardLink {
  const type = bytes('656E636F646572642E6465763A63');
  const message = [0xd4, 0x0e, record.length, ...type, ...record];
  const memory = Uint8Array.from([0xe1, 0x10, 0x6d, 0, 0x03, message.length, ...message, 0xfe, 0, 0, 0]);
  const pages = Array.from({ length: Math.floor(memory.length / 4) }, (_, at) =>
    memory.slice(at * 4, at * 4 + 4),
  );
  return ultralightOf(Object.fromEntries(pages.map((page, at) => [at + 3, page])));
}

describe('record.md', () => {
  const { card_keys: keys, records, no_records: noRecords } = recordVectors;

  test('the keys of a card are AN10922 of its uid', () => {
    const key = (master: Uint8Array, ...input: readonly Bytes[]) =>
      hex(cardKey(master, UID, ...input)).toUpperCase();
    const pwd = key(masterKeys.ntag_password, [0x50, 0x57, 0x44]);
    const aid = [0xf1, 0x8e, 0xf4];
    expect(keys).toEqual({
      version: 1,
      uid: UID,
      record: key(masterKeys.record, [0x52, 0x45, 0x43]),
      ntag_password: pwd.slice(0, 8),
      ntag_pack: pwd.slice(8, 12),
      classic_sector_1_key_a: key(masterKeys.classic_read, [1, 0x41]).slice(0, 12),
      classic_sector_1_key_b: key(masterKeys.classic_write, [1, 0x42]).slice(0, 12),
      desfire_f48ef1_key_0: key(masterKeys.desfire_master, aid, [0]),
      desfire_f48ef1_key_1: key(masterKeys.desfire_write, aid, [1]),
      desfire_f48ef1_key_2: key(masterKeys.desfire_read, aid, [2]),
      desfire_picc: key(masterKeys.desfire_picc, [0, 0, 0], [0]),
    });
  });

  test('the bytes one by one are the vector "a stay"', () => {
    const commented = blockOf('record.md', 'hex').split('\n');
    const shown = commented.map((line) => (line.split('#')[0] ?? '').replaceAll(' ', '')).join('');
    expect(bytes(shown)).toEqual(records.find(({ name }) => name === 'a stay')?.bytes);
  });

  test.each(records)('$name: its fields are as they are listed', (vector) => {
    const record = readRecord(vector.bytes);
    expect({ ...record, payload: null, tag: null, uid: null }).toEqual({
      ...{ payload: null, tag: null, uid: null },
      keyVersion: vector.key_version,
      siteId: vector.site_id.replaceAll('-', ''),
      credentialId: vector.credential_id.replaceAll('-', ''),
      issueCounter: vector.issue_counter,
      startsAt: vector.starts_at ?? undefined,
      endsAt: vector.ends_at ?? undefined,
      entrances: vector.entrances,
      replacesLostCard: vector.replaces_lost_card,
    });
    if (vector.standing === 'authentic') expect(record.uid).toEqual(vector.card_uid);
  });

  test.each(records)('$name: a lock does as its standing says', async (vector) => {
    const [entranceNumber] = vector.entrances;
    const lock = pageLock(entranceNumber === undefined ? {} : { entranceNumber });
    const outcome = await lock.present(ntagWith(vector.bytes), { uid: vector.card_uid });
    const authentic = entranceNumber === undefined ? 'other_entrance' : 'valid';
    const expected = vector.standing === 'authentic' ? authentic : vector.standing;
    expect(outcome).toMatchObject({ why: expected, opens: expected === 'valid' });
  });

  test.each(noRecords)('$name: no record', async (vector) => {
    const outcome = await pageLock().present(ntagWith(vector.bytes), { uid: vector.card_uid });
    expect(outcome).toEqual({ opens: false, why: 'malformed' });
  });
});

describe('ntag.md', () => {
  const container = { '3': bytes('E1101200') };

  test.each(ntagVectors.cards)('a lock opens for the $technology', async ({ pages }) => {
    const link = ultralightOf({ ...container, ...pages });
    expect(await pageLock().present(link, { uid: ntagVectors.card_uid })).toMatchObject({ opens: true });
  });

  const message = ultralightMessage();
  const around: readonly (readonly [string, string, string])[] = [
    ['control TLVs, and zeros, before it', `0103A00C34000002030000FF03${message}FE`, 'valid'],
    ["somebody's TLV with a length of three bytes before it", `FDFF0002AAAA03${message}FE`, 'valid'],
    ['a web address before our record', `03${prefixed('91010455046E702E', message)}FE`, 'valid'],
    ['a type in capitals', `03${message.replace('656E636F', '454E434F')}FE`, 'valid'],
    ['nothing but a terminator before it', `FE03${message}FE`, 'no_record'],
    ['a chunk of our type', `03${message.replace('D40E', 'F40E')}FE`, 'no_record'],
    ['our type under another TNF', `03${message.replace('D40E', 'D20E')}FE`, 'no_record'],
    ['a length of three bytes', `03FF00${message}FE`, 'no_record'],
    ['no length', `0300${message.slice(2)}FE`, 'no_record'],
    ['a message past the memory', `03FE${message.slice(2)}FE`, 'no_record'],
  ];

  test.each(around)('%s', async (_, memory, why) => {
    const bytesOf = (page: number) => bytes(memory.slice((page - 4) * 8, (page - 3) * 8).padEnd(8, '0'));
    const pages = Object.fromEntries(Array.from({ length: 36 }, (__, at) => [at + 4, bytesOf(at + 4)]));
    const link = ultralightOf({ ...container, ...pages });
    expect(await pageLock().present(link, { uid: ntagVectors.card_uid })).toMatchObject({ why });
  });

  test.each(ntagVectors.cards)('the $technology has its own password', ({ pages }) => {
    const key = cardKey(masterKeys.ntag_password, ntagVectors.card_uid, [0x50, 0x57, 0x44]);
    expect(Object.values(pages).slice(-2)).toEqual([key.slice(0, 4), bytes(`${hex(key.slice(4, 6))}0000`)]);
  });
});

/** The message of the vectors with its length in front, as hexadecimal. */
function ultralightMessage(): string {
  const { pages = {} } = ntagVectors.cards[1] ?? {};
  const memory = Array.from({ length: 28 }, (_, at) => hex(pages[at + 4] ?? new Uint8Array())).join('');
  return memory.slice(2, memory.indexOf('fe', 2 + 2 * 107)).toUpperCase();
}

/** The message with one record more before its own, which is the first no longer. */
function prefixed(record: string, message: string): string {
  const length = (message.length + record.length) / 2 - 1;
  return `${length.toString(16)}${record}54${message.slice(4)}`;
}

describe('mifare-classic.md', () => {
  const { blocks, blocks_with_directory: directory, card_uid: uid, sectors } = classicVectors;

  test('a lock opens for the blocks, with the keys A in their trailers', async () => {
    const opened: number[] = [];
    const classic: ClassicLink = {
      authenticate: async (block, key) => {
        const trailer = blocks[Math.floor(block / 4) * 4 + 3] ?? new Uint8Array();
        if (key.kind !== 'A' || hex(key.bytes) !== hex(trailer.slice(0, 6))) throw new Error('wrong key');
        opened.push(Math.floor(block / 4));
      },
      readBlock: async (block) => blocks[block] ?? expect.fail(`block ${block} is not on the page`),
      writeBlock: () => Promise.reject(new Error('a lock never writes')),
    };
    expect(await pageLock().present({ classic }, { uid })).toMatchObject({ opens: true });
    expect(opened).toEqual([1, 2]);
  });

  test('the trailers are key A, access bits and key B of the site', () => {
    for (const sector of sectors) {
      const keyA = cardKey(masterKeys.classic_read, uid, [sector, 0x41]).slice(0, 6);
      const keyB = cardKey(masterKeys.classic_write, uid, [sector, 0x42]).slice(0, 6);
      expect(hex(blocks[sector * 4 + 3] ?? uid)).toBe(`${hex(keyA)}78778800${hex(keyB)}`);
    }
  });

  test('the directory has the check byte, the sectors and the keys of the page', () => {
    const part = [...(directory[1] ?? []), ...(directory[2] ?? [])];
    expect(part[0]).toBe(crc8(part.slice(1)));
    expect(hex(Uint8Array.from(part.slice(1)))).toBe(`00${'ed48'.repeat(3)}${'0000'.repeat(12)}`);
    const keyB = cardKey(masterKeys.classic_write, uid, [0, 0x42]).slice(0, 6);
    expect(hex(directory[3] ?? uid)).toBe(`a0a1a2a3a4a5787788c1${hex(keyB)}`);
  });
});

/** Polynomial 1D, preset C7, the greatest bit first. */
function crc8(data: readonly number[]): number {
  let crc = 0xc7;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = ((crc << 1) ^ (crc & 0x80 ? 0x1d : 0)) & 0xff;
  }
  return crc;
}
