import { encode } from 'cborg';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aesCmac } from '../../../src/card/cmac.ts';
import { recordKey } from '../../../src/card/diversification.ts';
import { fromHex, toHex } from '../../../src/card/hex.ts';
import { openRecord, sealRecord } from '../../../src/card/record.ts';
import type { CardRecord } from '../../../src/model/card-record.ts';
import { siteKeyVersion } from './site-key-version.ts';

const KEYS = siteKeyVersion(1);
const UID = '04A2B3C4D5E680';
const SITE = '6f9e0c1d-8b7a-4f52-9e63-1c2d3e4f5a6b';

const RECORD: CardRecord = {
  siteId: SITE,
  credentialId: '0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9',
  issueCounter: 1,
  startsAt: null,
  endsAt: null,
  entrances: [],
  replacesLostCard: false,
};

const FULL: CardRecord = {
  ...RECORD,
  issueCounter: 3,
  startsAt: Date.UTC(2026, 5, 1, 13),
  endsAt: Date.UTC(2026, 5, 5, 9),
  entrances: Array.from({ length: 17 }, (_, at) => at + 1),
  replacesLostCard: true,
};

const seconds = fc.integer({ min: 0, max: 0xffff_ffff }).map((at) => at * 1000);
const anyRecord: fc.Arbitrary<CardRecord> = fc.record({
  siteId: fc.uuid(),
  credentialId: fc.uuid(),
  issueCounter: fc.integer({ min: 1, max: 0xffff_ffff }),
  startsAt: fc.option(seconds),
  endsAt: fc.option(seconds),
  entrances: fc
    .uniqueArray(fc.integer({ min: 1, max: 65_535 }), { maxLength: 40 })
    .map((entrances) => entrances.toSorted((a, b) => a - b)),
  replacesLostCard: fc.boolean(),
});
const anyUid = fc
  .constantFrom(4, 7, 10)
  .chain((length) => fc.uint8Array({ minLength: length, maxLength: length }))
  .map(toHex);

/** A payload written by hand, with a tag that is right for it. */
function sealedPayload(payload: Uint8Array, uid = UID): Uint8Array {
  return encode([payload, aesCmac(recordKey(KEYS, uid), payload)]);
}

/** The fields of RECORD, some of them changed; undefined leaves one out. */
function payloadWith(changes: Readonly<Record<number, unknown>>): Uint8Array {
  const fields = new Map<number, unknown>([
    [1, 1],
    [2, 1],
    [3, fromHex(SITE.replaceAll('-', ''))],
    [4, fromHex(RECORD.credentialId.replaceAll('-', ''))],
    [5, fromHex(UID)],
    [6, 1],
  ]);
  for (const [field, value] of Object.entries(changes)) {
    if (value === undefined) fields.delete(Number(field));
    else fields.set(Number(field), value);
  }
  return encode(fields);
}

describe('a sealed record', () => {
  test('opens as what was sealed, and is authentic, for every record, card and key version', () => {
    fc.assert(
      fc.property(anyRecord, anyUid, fc.integer({ min: 1, max: 255 }), (record, uid, version) => {
        const keys = { ...KEYS, version };
        expect(openRecord(sealRecord(record, uid, keys), uid, record.siteId, [keys])).toEqual({
          record,
          standing: 'authentic',
          keyVersion: version,
        });
      }),
    );
  });

  test('is the same bytes for the same record, however the uid and the ids are written', () => {
    const loud = { ...RECORD, siteId: RECORD.siteId.toUpperCase() };
    expect(sealRecord(loud, UID.toLowerCase(), KEYS)).toEqual(sealRecord(RECORD, UID, KEYS));
  });

  test('is short enough for an NTAG213, with 17 entrances of one byte, both times and a high counter', () => {
    const highCounter = { ...FULL, issueCounter: 0xffff_ffff };
    expect(sealRecord(RECORD, UID, KEYS).length).toBe(72);
    expect(sealRecord(FULL, UID, KEYS).length).toBe(105);
    expect(sealRecord(highCounter, UID, { ...KEYS, version: 255 }).length).toBe(110);
    expect(sealRecord(highCounter, UID, { ...KEYS, version: 255 }).length + 22).toBeLessThanOrEqual(144);
  });

  test.each<[string, Partial<CardRecord>]>([
    ['an id that is no UUID', { credentialId: 'room 12' }],
    ['an issue counter of 0', { issueCounter: 0 }],
    ['an issue counter beyond 32 bits', { issueCounter: 2 ** 32 }],
    ['a time within a second', { startsAt: 1500 }],
    ['a time before 1970', { startsAt: -1000 }],
    ['a time after 2106', { endsAt: 2 ** 32 * 1000 }],
    ['entrance 0', { entrances: [0] }],
    ['entrance 65,536', { entrances: [65_536] }],
    ['entrances that do not ascend', { entrances: [2, 1] }],
    ['an entrance that is named twice', { entrances: [1, 1] }],
  ])('is not made with %s', (_, change) => {
    expect(() => sealRecord({ ...RECORD, ...change }, UID, KEYS)).toThrow();
  });

  test('is not made for a uid or a key version that there cannot be', () => {
    expect(() => sealRecord(RECORD, '04A2B3', KEYS)).toThrow('out of its range');
    expect(() => sealRecord(RECORD, UID, { ...KEYS, version: 0 })).toThrow('out of its range');
    expect(() => sealRecord(RECORD, UID, { ...KEYS, version: 256 })).toThrow('out of its range');
  });
});

describe('the standing of a record', () => {
  test('is authentic after a rotation, by the version that it was sealed with', () => {
    const opened = openRecord(sealRecord(FULL, UID, KEYS), UID, SITE, [siteKeyVersion(2), KEYS]);
    expect(opened).toEqual({ record: FULL, standing: 'authentic', keyVersion: 1 });
  });

  test('is never authentic when one bit of it has changed', () => {
    const sealed = sealRecord(FULL, UID, KEYS);
    const standings = new Map<string, number>();
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = Uint8Array.from(sealed);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const standing = openRecord(changed, UID, SITE, [KEYS])?.standing ?? 'no record';
      standings.set(standing, (standings.get(standing) ?? 0) + 1);
    }
    expect([...standings.keys()].toSorted()).toEqual(['altered', 'no record', 'other_site']);
    expect(standings.get('other_site')).toBe(128);
  });

  test('is copied on a card of another uid', () => {
    const sealed = sealRecord(FULL, UID, KEYS);
    expect(openRecord(sealed, '04A2B3C4D5E681', SITE, [KEYS])).toMatchObject({
      record: FULL,
      standing: 'copied',
    });
    expect(openRecord(sealed, '08A2B3C4', SITE, [KEYS])?.standing).toBe('copied');
  });

  test('is altered on a card of another uid when the tag is wrong for both', () => {
    const sealed = sealRecord(FULL, UID, KEYS);
    const changed = sealed.with(-1, (sealed.at(-1) ?? 0) ^ 1);
    expect(openRecord(changed, '04A2B3C4D5E681', SITE, [KEYS])?.standing).toBe('altered');
  });

  test('is altered when the uid inside was made to fit the card that it was copied to', () => {
    const forged = encode([
      payloadWith({ 5: fromHex('04A2B3C4D5E681') }),
      aesCmac(recordKey(KEYS, UID), payloadWith({})),
    ]);
    expect(openRecord(forged, '04A2B3C4D5E681', SITE, [KEYS])?.standing).toBe('altered');
  });

  test('is other_site for another site, whose keys are not here to check it', () => {
    const elsewhere = { ...FULL, siteId: '11111111-2222-4333-8444-555555555555' };
    expect(openRecord(sealRecord(elsewhere, UID, KEYS), UID, SITE, [KEYS])?.standing).toBe('other_site');
  });

  test('is altered when the site has no keys of that version, or other keys', () => {
    const sealed = sealRecord(FULL, UID, KEYS);
    expect(openRecord(sealed, UID, SITE, [siteKeyVersion(2)])).toMatchObject({
      standing: 'altered',
      keyVersion: 1,
    });
    expect(openRecord(sealed, UID, SITE, [{ ...siteKeyVersion(2), version: 1 }])?.standing).toBe('altered');
  });
});

describe('what is no record', () => {
  test('a payload written by hand is a record', () => {
    expect(openRecord(sealedPayload(payloadWith({})), UID, SITE, [KEYS])?.standing).toBe('authentic');
  });

  test.each<[string, Readonly<Record<number, unknown>>]>([
    ['another layout', { 1: 2 }],
    ['no layout', { 1: undefined }],
    ['key version 0', { 2: 0 }],
    ['key version 256', { 2: 256 }],
    ['a site id of 15 bytes', { 3: new Uint8Array(15) }],
    ['a site id in text', { 3: SITE }],
    ['no credential', { 4: undefined }],
    ['a uid of 5 bytes', { 5: new Uint8Array(5) }],
    ['an issue counter of 0', { 6: 0 }],
    ['a negative issue counter', { 6: -1 }],
    ['an issue counter beyond 32 bits', { 6: 2 ** 32 }],
    ['a fraction of a second', { 7: 1.5 }],
    ['a time that is null', { 8: null }],
    ['no entrances, said in an empty list', { 9: [] }],
    ['entrances that do not ascend', { 9: [2, 1] }],
    ['entrance 65,536', { 9: [65_536] }],
    ['flags of 0, said', { 10: 0 }],
    ['a flag that nobody knows', { 10: 2 }],
    ['a field that nobody knows', { 11: 1 }],
  ])('%s, though the tag is right', (_, changes) => {
    expect(openRecord(sealedPayload(payloadWith(changes)), UID, SITE, [KEYS])).toBeUndefined();
  });

  test('fields in another order, or a number longer than it must be, though the tag is right', () => {
    const payload = payloadWith({});
    const swapped = Uint8Array.of(
      0xa6,
      ...payload.subarray(3, 5),
      ...payload.subarray(1, 3),
      ...payload.subarray(5),
    );
    expect(swapped.length).toBe(payload.length);
    expect(openRecord(sealedPayload(swapped), UID, SITE, [KEYS])).toBeUndefined();
    const long = Uint8Array.of(...payload.subarray(0, 2), 0x18, ...payload.subarray(2));
    expect(openRecord(sealedPayload(long), UID, SITE, [KEYS])).toBeUndefined();
  });

  test('a record with bytes before or behind it, cut short, or with a tag of another length', () => {
    const sealed = sealRecord(FULL, UID, KEYS);
    expect(openRecord(Uint8Array.of(...sealed, 0), UID, SITE, [KEYS])).toBeUndefined();
    expect(openRecord(Uint8Array.of(0, ...sealed), UID, SITE, [KEYS])).toBeUndefined();
    for (let length = 0; length < sealed.length; length += 1) {
      expect(openRecord(sealed.subarray(0, length), UID, SITE, [KEYS])).toBeUndefined();
    }
    const payload = payloadWith({});
    const tag = aesCmac(recordKey(KEYS, UID), payload);
    expect(openRecord(encode([payload, tag.subarray(0, 8)]), UID, SITE, [KEYS])).toBeUndefined();
    expect(openRecord(encode([payload]), UID, SITE, [KEYS])).toBeUndefined();
    expect(openRecord(encode([payload, tag, tag]), UID, SITE, [KEYS])).toBeUndefined();
  });

  test('bytes at random, and lists within lists', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(openRecord(bytes, UID, SITE, [KEYS])?.standing).not.toBe('authentic');
      }),
      { numRuns: 500 },
    );
    expect(openRecord(new Uint8Array(60_000).fill(0x81), UID, SITE, [KEYS])).toBeUndefined();
  });

  test('a payload at random with a right tag, or a record with a stretch of it replaced', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), fc.nat(90), (bytes, at) => {
        expect(openRecord(sealedPayload(bytes), UID, SITE, [KEYS])).toBeUndefined();
        const sealed = sealRecord(FULL, UID, KEYS);
        const mutated = Uint8Array.of(
          ...sealed.subarray(0, at),
          ...bytes,
          ...sealed.subarray(at + bytes.length),
        );
        fc.pre(Buffer.compare(mutated, sealed) !== 0);
        expect(openRecord(mutated, UID, SITE, [KEYS])?.standing).not.toBe('authentic');
      }),
      { numRuns: 300 },
    );
  });
});
