import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  classicKey,
  desfireKey,
  desfirePiccKey,
  ntagPassword,
  recordKey,
} from '../../../src/card/diversification.ts';
import { fromHex, toHex } from '../../../src/card/hex.ts';
import { openRecord, sealRecord } from '../../../src/card/record.ts';
import { KEY_PURPOSES, type SiteKeyVersion } from '../../../src/card/site-keys.ts';

/** docs/card-formats/record.md is what locks are built from: what it shows is what the code does. */
const PAGE = readFileSync(join(import.meta.dirname, '../../../docs/card-formats/record.md'), 'utf8');
const SITE = '6f9e0c1d-8b7a-4f52-9e63-1c2d3e4f5a6b';

const bytes = z
  .string()
  .regex(/^([0-9A-F]{2})+$/)
  .transform(fromHex);
const uid = z.string().regex(/^([0-9A-F]{2})+$/);
const time = z
  .int()
  .nullable()
  .transform((seconds) => (seconds === null ? null : seconds * 1000));

const vectors = z
  .strictObject({
    master_keys: z.array(
      z.intersection(z.object({ version: z.int() }), z.record(z.enum(KEY_PURPOSES), bytes)),
    ),
    card_keys: z.looseObject({ version: z.int(), uid }),
    records: z
      .array(
        z.strictObject({
          name: z.string(),
          card_uid: uid,
          bytes,
          standing: z.enum(['authentic', 'altered', 'copied', 'other_site']),
          key_version: z.int(),
          site_id: z.string(),
          credential_id: z.string(),
          issue_counter: z.int(),
          starts_at: time,
          ends_at: time,
          entrances: z.array(z.int()),
          replaces_lost_card: z.boolean(),
        }),
      )
      .min(6),
    no_records: z.array(z.strictObject({ name: z.string(), card_uid: uid, bytes })).min(2),
  })
  .parse(JSON.parse(block('json')));

const KEYS: readonly SiteKeyVersion[] = vectors.master_keys.map(({ version, ...keys }) => ({
  version,
  keys,
}));

function block(kind: string): string {
  const text = new RegExp(`\`\`\`${kind}\\n([\\s\\S]*?)\`\`\``).exec(PAGE)?.[1];
  if (text === undefined) throw new Error(`the page has no block of ${kind}`);
  return text;
}

function keysOf(wanted: number): SiteKeyVersion {
  const found = KEYS.find(({ version }) => version === wanted);
  if (found === undefined) throw new Error(`the page has no master keys of version ${wanted}`);
  return found;
}

describe('the page of the record', () => {
  test.each(vectors.records)('has bytes that open as it says: $name', (vector) => {
    expect(openRecord(vector.bytes, vector.card_uid, SITE, KEYS)).toEqual({
      keyVersion: vector.key_version,
      standing: vector.standing,
      record: {
        siteId: vector.site_id,
        credentialId: vector.credential_id,
        issueCounter: vector.issue_counter,
        startsAt: vector.starts_at,
        endsAt: vector.ends_at,
        entrances: vector.entrances,
        replacesLostCard: vector.replaces_lost_card,
      },
    });
  });

  test.each(vectors.records.filter(({ standing }) => standing === 'authentic'))(
    'has the bytes that are written: $name',
    (vector) => {
      const opened = openRecord(vector.bytes, vector.card_uid, SITE, KEYS);
      if (opened === undefined) throw new Error('it does not open');
      const sealed = sealRecord(opened.record, vector.card_uid, keysOf(vector.key_version));
      expect(toHex(sealed)).toBe(toHex(vector.bytes));
    },
  );

  test('shows every standing', () => {
    expect(new Set(vectors.records.map(({ standing }) => standing)).size).toBe(4);
  });

  test.each(vectors.no_records)('has bytes that are no record: $name', (vector) => {
    expect(openRecord(vector.bytes, vector.card_uid, SITE, KEYS)).toBeUndefined();
  });

  test('has the keys of one card', () => {
    const { version, uid: card, ...keys } = vectors.card_keys;
    const site = keysOf(version);
    const { password, pack } = ntagPassword(site, card);
    const made = {
      record: recordKey(site, card),
      ntag_password: password,
      ntag_pack: pack,
      classic_sector_1_key_a: classicKey(site, card, 'read', 1),
      classic_sector_1_key_b: classicKey(site, card, 'write', 1),
      desfire_f48ef1_key_0: desfireKey(site, card, 0xf48ef1, 0),
      desfire_f48ef1_key_1: desfireKey(site, card, 0xf48ef1, 1),
      desfire_f48ef1_key_2: desfireKey(site, card, 0xf48ef1, 2),
      desfire_picc: desfirePiccKey(site, card),
    };
    expect(keys).toEqual(Object.fromEntries(Object.entries(made).map(([name, key]) => [name, toHex(key)])));
  });

  test('takes the vector "a stay" apart byte by byte', () => {
    const digits = block('hex').replaceAll(/#.*$/gm, '').replaceAll(/\s/g, '');
    expect(digits).toBe(
      toHex(vectors.records.find(({ name }) => name === 'a stay')?.bytes ?? new Uint8Array()),
    );
  });

  test('says how long records are', () => {
    const said = [...PAGE.matchAll(/^\| (.*?) \| (\d+) \|$/gm)].map(([, what, length]) => [
      what,
      Number(length),
    ]);
    const none = { siteId: SITE, credentialId: SITE, issueCounter: 1, startsAt: null, endsAt: null };
    const times = { ...none, startsAt: 1_780_318_800_000, endsAt: 1_780_650_000_000 };
    const entrances = Array.from({ length: 17 }, (_, at) => at + 7);
    const length = (
      record: typeof none | typeof times,
      doors: readonly number[],
      isReplacement = false,
      version = 1,
    ) =>
      sealRecord({ ...record, entrances: doors, replacesLostCard: isReplacement }, '04A2B3C4D5E680', {
        ...keysOf(1),
        version,
      }).length;
    expect(said).toEqual([
      ['no times, no entrances', length(none, [])],
      ['both times', length(times, [])],
      ['both times, 17 entrances up to 23', length(times, entrances)],
      ['the same, and in place of a lost card', length(times, entrances, true)],
      [
        'the same, issue counter beyond 65,535, key version beyond 23',
        length({ ...times, issueCounter: 65_536 }, entrances, true, 24),
      ],
    ]);
  });
});
