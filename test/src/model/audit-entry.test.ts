import { describe, expect, test } from 'vitest';
import {
  canonicalJson,
  exportedLine,
  hashedText,
  mayStandInEntry,
  NO_HASH,
  nameInEntry,
  toTimeText,
} from '../../../src/model/audit-entry.ts';

const ENTRY = {
  sequence: 1,
  at: Date.parse('2031-04-05T10:00:00.001Z'),
  actor: '{"id":null,"kind":"daemon","name":"encoderd"}',
  action: 'daemon_started',
  subject: '{"version":"1.2.3"}',
  previousHash: NO_HASH,
};

test('what is hashed is the canonical JSON of six things', () => {
  expect(hashedText(ENTRY)).toBe(
    `["${NO_HASH}",1,"2031-04-05T10:00:00.001Z",{"id":null,"kind":"daemon","name":"encoderd"},"daemon_started",{"version":"1.2.3"}]`,
  );
  const { sequence, at, action, previousHash } = ENTRY;
  const things = [
    previousHash,
    sequence,
    toTimeText(at),
    JSON.parse(ENTRY.actor),
    action,
    { version: '1.2.3' },
  ];
  expect(hashedText(ENTRY)).toBe(canonicalJson(things));
});

test('an exported line is JSON with the members that docs/audit-log.md names', () => {
  expect(JSON.parse(exportedLine({ ...ENTRY, hash: 'ff' }))).toEqual({
    sequence: 1,
    at: '2031-04-05T10:00:00.001Z',
    actor: { id: null, kind: 'daemon', name: 'encoderd' },
    action: 'daemon_started',
    subject: { version: '1.2.3' },
    previous_hash: NO_HASH,
    hash: 'ff',
  });
});

test('canonical JSON sorts names, on every level, and has no space', () => {
  expect(canonicalJson({ b: [{ d: 1, c: null }], a: 'é "x"', B: true })).toBe(
    '{"B":true,"a":"é \\"x\\"","b":[{"c":null,"d":1}]}',
  );
});

test('what is no time is told as it is', () => {
  expect(toTimeText(0)).toBe('1970-01-01T00:00:00.000Z');
  for (const at of [9e15, -9e15, Number.NaN]) expect(toTimeText(at)).toBe(String(at));
});

describe('in an entry', () => {
  test.each([
    ...['card_assigned', '2f0b6b0e-6f0b-4d7c-9a52-1f0f8a3c1d11', 'https://pms.example.com:8443', ''],
    ...[true, null, 0, -7, ['read', 'scan'], [1, 2], []],
  ])('may stand %j', (value) => expect(mayStandInEntry(value)).toBe(true));

  test.each([
    ...['Ada Lovelace', 'Zoë', 'a\nb', 'seam_local_xyz', 'seam_cst1abc', 'x'.repeat(201)],
    ...[0.5, Number.NaN, undefined, { a: 1 }, [['a']], ['Ada Lovelace']],
  ])('may not stand %j', (value) => expect(mayStandInEntry(value)).toBe(false));

  test('a name is one line that every program reads alike', () => {
    expect(nameInEntry('front\ndesk\u2028 \ud800!')).toBe('front desk   !');
    expect(nameInEntry('x'.repeat(500))).toHaveLength(120);
    expect(nameInEntry(`${'x'.repeat(119)}😀`).isWellFormed()).toBe(true);
  });
});
