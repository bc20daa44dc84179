import { describe, expect, test } from 'vitest';
import { Ledger } from '../../../../src/cli/soak/ledger.ts';
import { type SoakSample, slopeOf, verdictOf } from '../../../../src/cli/soak/verdict.ts';

const MIB = 1024 ** 2;

const sample = (at_s: number, more: Partial<SoakSample> = {}): SoakSample => ({
  ...{ at_s, attempts: at_s * 5, succeeded: at_s * 5, failures: {}, pulled_cards: 0, restarts: 0 },
  ...{ rss_bytes: 150 * MIB, fds: 40, answer_ms: 5, database_bytes: MIB },
  ...more,
});

/** A look a minute, as memory goes. */
const minutes = (count: number, rssOf: (minute: number) => number, more: Partial<SoakSample> = {}) =>
  Array.from({ length: count }, (_, minute) =>
    sample(minute * 60, { ...more, rss_bytes: rssOf(minute) * MIB }),
  );

describe('the verdict of a soak test', () => {
  test('is good where memory goes up at first, and stays then', () => {
    const verdict = verdictOf(
      minutes(60, (minute) => 150 + Math.min(minute, 2) * 20 + (minute % 3)),
      [],
    );
    expect(verdict).toMatchObject({ is_well: true, complaints: [] });
    expect(Math.abs(verdict.rss_bytes_per_hour ?? Number.NaN)).toBeLessThan(4 * MIB);
  });

  test('is bad where memory grows by a megabyte a minute, and says by how much', () => {
    const { is_well, complaints, rss_bytes_per_hour } = verdictOf(
      minutes(30, (minute) => 150 + minute),
      [],
    );
    expect(is_well).toBe(false);
    expect(rss_bytes_per_hour).toBeCloseTo(60 * MIB, -3);
    expect(complaints).toEqual(["The daemon's memory grows by 60.0 MB an hour."]);
  });

  test('looks at the longest time without a restart, and says nothing of memory when that is short', () => {
    const leaking = minutes(5, (minute) => 100 + minute * 10);
    expect(verdictOf(leaking, [])).toMatchObject({ is_well: true, rss_bytes_per_hour: null });
    const after = minutes(20, () => 150, { restarts: 1 });
    expect(verdictOf([...leaking, ...after], [])).toMatchObject({ is_well: true, rss_bytes_per_hour: 0 });
  });

  test('is bad with files that stay open, answers that do not come, no success, or a wrong result', () => {
    const files = minutes(20, () => 150).map((one, minute) => ({ ...one, fds: 40 + minute * 3 }));
    expect(verdictOf(files, []).complaints).toEqual(['51 more files are open than at first.']);
    expect(
      verdictOf(
        minutes(20, () => 150, { answer_ms: 2_500 }),
        [],
      ).complaints,
    ).toEqual(['A request that needs nothing took 2500 ms.']);
    expect(verdictOf([sample(0)], []).complaints).toEqual(['No attempt succeeded.']);
    expect(
      verdictOf(
        minutes(3, () => 150),
        ['card A is wrong'],
      ).complaints,
    ).toContain('card A is wrong');
  });

  test('fits a line as it lies', () => {
    expect(slopeOf([])).toBeNull();
    expect(
      slopeOf([
        [0, 1],
        [1, 3],
        [2, null],
        [3, 7],
      ]),
    ).toBeCloseTo(2);
  });
});

describe('the ledger of a soak test', () => {
  test('holds what is read against what was acknowledged', () => {
    const ledger = new Ledger();
    ledger.read('A', 'none', undefined);
    ledger.encoded('A', 'credential-1', 'attempt-1');
    ledger.read('A', 'authentic', 'credential-1');
    expect(ledger.wrong).toEqual([]);
    ledger.read('A', 'authentic', 'credential-2');
    ledger.read('A', 'none', undefined);
    expect(ledger.wrong).toHaveLength(2);
    expect(ledger.recent).toEqual(['attempt-1']);
  });

  test('expects nothing of a card that a write has begun on, until it is written again', () => {
    const ledger = new Ledger();
    ledger.encoded('A', 'credential-1', 'attempt-1');
    ledger.began('A');
    ledger.read('A', 'incomplete', undefined);
    ledger.erased('A', 'attempt-2');
    ledger.read('A', 'none', undefined);
    expect(ledger.wrong).toEqual([]);
  });
});
