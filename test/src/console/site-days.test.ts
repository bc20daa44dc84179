import { describe, expect, test } from 'vitest';
import { momentOf, nightsBetween, startOfToday, wallTimeOf } from '../../../src/console/site-days.ts';

const at = (iso: string) => Date.parse(iso);

describe('the clock on the site’s wall', () => {
  test.each([
    ['2026-11-22T23:30:00Z', 'Europe/Berlin', { day: '2026-11-23', time: '00:30' }],
    ['2026-07-01T04:00:00Z', 'America/New_York', { day: '2026-07-01', time: '00:00' }],
    ['2026-01-01T00:15:00Z', 'Asia/Kathmandu', { day: '2026-01-01', time: '06:00' }],
  ])('at %s in %s', (iso, zone, wall) => {
    expect(wallTimeOf(at(iso), zone)).toEqual(wall);
    expect(momentOf(wall, zone)).toBe(at(iso));
  });

  test('that is set forward leaves an hour out: a time in it is as much later', () => {
    expect(momentOf({ day: '2026-03-29', time: '02:30' }, 'Europe/Berlin')).toBe(at('2026-03-29T01:30:00Z'));
  });

  test('that is set back shows an hour twice: the first one counts', () => {
    expect(momentOf({ day: '2026-10-25', time: '02:30' }, 'Europe/Berlin')).toBe(at('2026-10-25T00:30:00Z'));
  });

  test('is right on both sides of a change', () => {
    expect(momentOf({ day: '2026-03-29', time: '11:00' }, 'Europe/Berlin')).toBe(at('2026-03-29T09:00:00Z'));
    expect(momentOf({ day: '2026-03-28', time: '11:00' }, 'Europe/Berlin')).toBe(at('2026-03-28T10:00:00Z'));
  });

  test('shows no time that is none', () => {
    expect(momentOf({ day: '', time: '11:00' }, 'UTC')).toBeNull();
    expect(momentOf({ day: '2026-13-01', time: '11:00' }, 'UTC')).toBeNull();
  });

  test('says when today began', () => {
    expect(startOfToday(at('2026-11-22T23:30:00Z'), 'Europe/Berlin')).toBe(at('2026-11-22T23:00:00Z'));
  });

  test('counts nights over a change of the clock', () => {
    expect(nightsBetween('2026-03-28', '2026-03-30')).toBe(2);
  });
});
