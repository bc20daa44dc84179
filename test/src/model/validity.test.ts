import { describe, expect, test } from 'vitest';
import { isOver, withinSchedule } from '../../../src/model/validity.ts';

describe('a credential’s times within an access schedule', () => {
  test.each([
    [[null, null], null, [null, null]],
    [[10, 20], null, [10, 20]],
    [
      [null, null],
      [5, null],
      [5, null],
    ],
    [
      [10, 20],
      [5, null],
      [10, 20],
    ],
    [
      [10, 20],
      [15, 30],
      [15, 20],
    ],
    [
      [10, null],
      [5, 30],
      [10, 30],
    ],
    [
      [null, 20],
      [5, 15],
      [5, 15],
    ],
  ] as const)('%o within %o are %o', ([startsAt, endsAt], schedule, [start, end]) => {
    const accessSchedule = schedule === null ? null : { startsAt: schedule[0], endsAt: schedule[1] };
    expect(withinSchedule({ startsAt, endsAt }, accessSchedule)).toEqual({ startsAt: start, endsAt: end });
  });

  test('that never meet are over from the beginning', () => {
    const never = withinSchedule({ startsAt: 10, endsAt: 20 }, { startsAt: 1, endsAt: 5 });
    expect(isOver(never, 0)).toBe(true);
  });
});

test.each([
  [{ startsAt: null, endsAt: null }, false],
  [{ startsAt: 10, endsAt: null }, false],
  [{ startsAt: 10, endsAt: 20 }, false],
  [{ startsAt: null, endsAt: 5 }, true],
  [{ startsAt: null, endsAt: 6 }, false],
])('%o is over at 5: %s', (validity, expected) => {
  expect(isOver(validity, 5)).toBe(expected);
});
