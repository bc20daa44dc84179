import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { NO_HASH, type WrittenEntry } from '../../../src/model/audit-entry.ts';
import { checkChain } from '../../../src/site/audit-chain.ts';
import { audit, DAEMON, hashOf } from '../../../src/site/audit-log.ts';
import { forgetAuditBefore } from '../../../src/site/audit-retention.ts';
import { entriesOf, siteWithEntries, tamper, told, verdictOf } from './audit-bed.ts';

const COUNT = 12;
const DAY = 24 * 3_600_000;

const COLUMNS = ['sequence', 'at', 'actor', 'action', 'subject', 'previous_hash', 'hash'] as const;

/** What somebody may put into a column in place of what is there. */
const otherValue = (column: (typeof COLUMNS)[number], before: unknown): fc.Arbitrary<string | number> => {
  const values: fc.Arbitrary<string | number> =
    column === 'at' || column === 'sequence'
      ? fc.integer({ min: -5, max: 2 ** 45 })
      : fc.oneof(
          fc.string(),
          fc.constant(`${String(before)} `),
          fc.constant(String(before).replace(/[\da-f]/, 'x')),
        );
  return values.filter((value) => value !== before);
};

describe('a log of which nobody changed anything', () => {
  test('is whole, by every head that it ever had', () => {
    const { site } = siteWithEntries(COUNT);
    const heads = entriesOf(site.store).map(({ hash }) => hash);
    expect(verdictOf(site, ...heads)).toEqual({
      isWhole: true,
      count: COUNT,
      first: 1,
      head: { sequence: COUNT, hash: heads.at(-1) },
    });
  });

  test('is whole before it has an entry', () => {
    const { site } = siteWithEntries(0);
    expect(verdictOf(site)).toMatchObject({ isWhole: true, count: 0, first: null });
  });
});

describe('a log that was tampered with', () => {
  test('is found out, whatever column of whatever entry was changed, and at which entry', () => {
    const { site } = siteWithEntries(COUNT);
    const whole = entriesOf(site.store);
    const nameOf = { previous_hash: 'previousHash' } as const;
    fc.assert(
      fc.property(
        fc
          .tuple(fc.integer({ min: 0, max: COUNT - 1 }), fc.constantFrom(...COLUMNS))
          .chain(([at, column]) => {
            const name = column === 'previous_hash' ? nameOf[column] : column;
            return fc.tuple(fc.constant(at), fc.constant(name), otherValue(column, whole[at]?.[name]));
          }),
        ([at, name, value]) => {
          const changed = whole.map((entry, index) => (index === at ? { ...entry, [name]: value } : entry));
          const verdict = checkChain(changed, [whole.at(-1)?.hash ?? '']);
          expect(verdict.isWhole).toBe(false);
          const found = verdict.isWhole ? null : verdict.sequence;
          // A new sequence is found where it stands, else the entry itself, or the one behind it.
          if (name !== 'sequence') expect([at + 1, at + 2]).toContain(found);
        },
      ),
      { numRuns: 400 },
    );
  });

  test('is found out in the file itself: a column changed, by a hand that can write it', () => {
    const { site, file } = siteWithEntries(COUNT);
    tamper(file, (database) => {
      database
        .prepare("UPDATE audit_log SET subject = replace(subject, 'well', 'ill') WHERE sequence = 5")
        .run();
    });
    expect(verdictOf(site)).toMatchObject({
      isWhole: false,
      sequence: 5,
      problem: expect.stringContaining('Entry 5 was altered'),
    });
  });

  test('is found out when an entry was changed and hashed anew, by the one behind it; the last one by a head', () => {
    const { site } = siteWithEntries(COUNT);
    const whole = entriesOf(site.store);
    const forged = (at: number) =>
      whole.map((entry, index) => (index === at ? rehashed({ ...entry, action: 'nothing_done' }) : entry));
    for (let at = 0; at < COUNT - 1; at += 1) {
      expect(checkChain(forged(at))).toMatchObject({ isWhole: false, sequence: at + 2 });
    }
    expect(checkChain(forged(COUNT - 1))).toMatchObject({ isWhole: true });
    expect(checkChain(forged(COUNT - 1), [whole.at(-1)?.hash ?? ''])).toMatchObject({
      isWhole: false,
      sequence: null,
    });
  });

  test('is found out when all of it was written anew, by a head from before', () => {
    const { site } = siteWithEntries(COUNT);
    const { site: another } = siteWithEntries(COUNT + 3);
    const heads = entriesOf(another.store).map(({ hash }) => hash);
    const forgery = chained(entriesOf(site.store).map((entry) => ({ ...entry, action: 'nothing_done' })));
    expect(checkChain(forgery)).toMatchObject({ isWhole: true });
    expect(checkChain(forgery, heads.slice(-1))).toMatchObject({ isWhole: false, sequence: null });
  });

  test('is found out when any entries were removed: in the middle, from the beginning, and with a head from the end', () => {
    const { site, file } = siteWithEntries(COUNT);
    const whole = entriesOf(site.store);
    const head = whole.at(-1)?.hash ?? '';
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: COUNT - 1 }),
        fc.integer({ min: 1, max: COUNT }),
        (from, count) => {
          const left = whole.toSpliced(from, count);
          expect(checkChain(left, [head]).isWhole).toBe(false);
          if (left.length > 0 && from + count < COUNT) expect(checkChain(left).isWhole).toBe(false);
        },
      ),
    );
    tamper(file, (database) => database.exec('DELETE FROM audit_log WHERE sequence = 7'));
    expect(verdictOf(site)).toMatchObject({
      sequence: 8,
      problem: 'Entry 7 is missing: somebody removed what stood before entry 8.',
    });
    tamper(file, (database) => database.exec('DELETE FROM audit_log WHERE sequence > 6'));
    expect(verdictOf(site)).toMatchObject({ isWhole: true, count: 6 });
    expect(verdictOf(site, head)).toMatchObject({ isWhole: false, problem: expect.stringContaining(head) });
  });

  test('is found out when two entries were swapped, as they are or with their numbers', () => {
    const { site } = siteWithEntries(COUNT);
    const whole = entriesOf(site.store);
    const place = fc.integer({ min: 0, max: COUNT - 1 });
    fc.assert(
      fc.property(place, place, fc.boolean(), (one, other, isRenumbered) => {
        fc.pre(one !== other);
        const swapped = whole.map((entry, index) => {
          const taken = index === one ? whole[other] : index === other ? whole[one] : entry;
          return { ...entry, ...taken, sequence: isRenumbered ? entry.sequence : (taken ?? entry).sequence };
        });
        expect(checkChain(swapped).isWhole).toBe(false);
      }),
    );
  });

  test('is found out when an entry was put in, well hashed, and those behind it renumbered', () => {
    const { site } = siteWithEntries(COUNT);
    const whole = entriesOf(site.store);
    for (let at = 0; at < COUNT; at += 1) {
      const before = whole[at];
      if (before === undefined) continue;
      const put = rehashed({ ...before, sequence: at + 2, previousHash: before.hash, action: 'never_done' });
      const rest = whole.slice(at + 1);
      const heads = whole.slice(-1).map(({ hash }) => hash);
      const renumbered = rest.map((entry) => ({ ...entry, sequence: entry.sequence + 1 }));
      // Behind the last one it is simply the next entry.
      if (rest.length > 0) expect(checkChain([...whole.slice(0, at + 1), put, ...rest]).isWhole).toBe(false);
      if (rest.length > 0) {
        expect(checkChain([...whole.slice(0, at + 1), put, ...renumbered], heads).isWhole).toBe(false);
      }
    }
  });

  test('is found out when its beginning was removed and noted as forgotten, which the log itself does not tell', () => {
    const { site, file } = siteWithEntries(COUNT);
    const [, , third] = entriesOf(site.store);
    tamper(file, (database) => {
      database.prepare('INSERT INTO audit_log_forgotten VALUES (1, 3, ?)').run(third?.hash);
      database.exec('DELETE FROM audit_log WHERE sequence <= 3');
    });
    expect(verdictOf(site)).toMatchObject({
      sequence: 4,
      problem: expect.stringContaining('The log begins with entry 4'),
    });
  });
});

describe('the table', () => {
  test('lets nobody change an entry, nor remove one that was not noted as forgotten', () => {
    const { site, file } = siteWithEntries(3);
    const [first, , last] = entriesOf(site.store);
    if (first === undefined || last === undefined) return expect.fail('There are three.');
    expect(() => site.store.auditLog.append({ ...last, hash: 'x' })).toThrow(/UNIQUE/);
    const database = new Database(file);
    onTestFinished(() => {
      database.close();
    });
    expect(() => database.exec('UPDATE audit_log SET at = at + 1')).toThrow(/is never changed/);
    expect(() => database.exec('DELETE FROM audit_log WHERE sequence = 1')).toThrow(/oldest entries only/);
    site.store.auditLog.forgetThrough(first);
    expect(() => database.exec('DELETE FROM audit_log WHERE sequence = 2')).toThrow(/oldest entries only/);
    expect(entriesOf(site.store)).toHaveLength(2);
  });
});

describe('old entries', () => {
  test('are forgotten from the oldest end, by days, and the log says so; the rest is whole, and goes on', () => {
    const { site } = siteWithEntries(5);
    const heads = entriesOf(site.store).map(({ hash }) => hash);
    site.clock.advance(2 * DAY);
    audit(site, DAEMON, 'something_done', { number: 6 });
    // Of the day itself nothing is forgotten.
    expect(forgetAuditBefore(site, site.clock.now() - 2 * DAY, 100)).toBe(0);
    expect(forgetAuditBefore(site, site.clock.now() - DAY, 3)).toBe(3);
    expect(forgetAuditBefore(site, site.clock.now() - DAY, 3)).toBe(2);
    expect(forgetAuditBefore(site, site.clock.now() - DAY, 3)).toBe(0);
    expect(site.store.auditLog.forgotten()).toEqual({ sequence: 5, hash: heads.at(-1) });
    expect(told(site.store)).toEqual([
      ['something_done', { number: 6 }],
      ['audit_entries_forgotten', { through_sequence: 3, through_hash: heads[2], count: 3 }],
      ['audit_entries_forgotten', { through_sequence: 5, through_hash: heads[4], count: 2 }],
    ]);
    audit(site, DAEMON, 'something_done', { number: 9 });
    expect(verdictOf(site, heads.at(-1) ?? '')).toMatchObject({ isWhole: true, count: 4, first: 6 });
    expect(verdictOf(site, heads[0] ?? '')).toMatchObject({
      isWhole: false,
      problem: expect.stringContaining('forgotten since'),
    });
  });

  test('may be all that there are: the entry that says so stays', () => {
    const { site } = siteWithEntries(2);
    site.clock.advance(3 * DAY);
    expect(forgetAuditBefore(site, site.clock.now(), 100)).toBe(2);
    expect(verdictOf(site)).toMatchObject({ isWhole: true, count: 1, first: 3 });
    site.clock.advance(3 * DAY);
    expect(forgetAuditBefore(site, site.clock.now(), 100)).toBe(1);
    expect(verdictOf(site)).toMatchObject({ isWhole: true, count: 1, first: 4 });
  });
});

const rehashed = (entry: WrittenEntry): WrittenEntry => ({ ...entry, hash: hashOf(entry) });

/** The same entries, each bound to the one before. */
function chained(entries: readonly WrittenEntry[]): readonly WrittenEntry[] {
  let previousHash = NO_HASH;
  return entries.map((entry) => {
    const linked = rehashed({ ...entry, previousHash });
    previousHash = linked.hash;
    return linked;
  });
}
