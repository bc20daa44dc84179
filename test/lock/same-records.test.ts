import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openRecord } from '../../src/card/record.ts';
import { OLD_KEYS, STAY } from './desk.ts';
import { sealedDrafts, UID } from './record-drafts.ts';
import { type CredentialRecord, hex, readRecord } from './strict-record.ts';

test('the desk and a lock call the same bytes a record, and read the same in it', () => {
  let records = 0;
  fc.assert(
    fc.property(sealedDrafts, (written) => {
      const lock = lockReading(written);
      expect(deskReading(written)).toEqual(lock);
      if (lock !== undefined) records += 1;
    }),
    { numRuns: 6000 },
  );
  expect(records).toBeGreaterThan(600);
  expect(records).toBeLessThan(5400);
});

function lockReading(written: Uint8Array) {
  let record: CredentialRecord;
  try {
    record = readRecord(written);
  } catch {
    return undefined;
  }
  const { keyVersion, siteId, credentialId, issueCounter, startsAt, endsAt } = record;
  const seconds = { startsAt: startsAt ?? null, endsAt: endsAt ?? null };
  const { entrances: opens, replacesLostCard } = record;
  const isOurs = hex(record.uid).toUpperCase() === UID && keyVersion === 1;
  return {
    keyVersion,
    siteId,
    credentialId,
    issueCounter,
    ...seconds,
    opens: [...opens],
    replacesLostCard,
    isOurs,
  };
}

function deskReading(written: Uint8Array) {
  const opened = openRecord(written, UID, STAY.siteId, OLD_KEYS);
  if (opened === undefined) return undefined;
  const { record, keyVersion, standing } = opened;
  const plain = (uuidText: string) => uuidText.replaceAll('-', '');
  const inSeconds = (time: number | null) => (time === null ? null : time / 1000);
  return {
    keyVersion,
    siteId: plain(record.siteId),
    credentialId: plain(record.credentialId),
    issueCounter: record.issueCounter,
    startsAt: inSeconds(record.startsAt),
    endsAt: inSeconds(record.endsAt),
    opens: [...record.entrances],
    replacesLostCard: record.replacesLostCard,
    isOurs: standing === 'authentic',
  };
}
