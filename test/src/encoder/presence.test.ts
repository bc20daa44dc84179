import { describe, expect, test } from 'vitest';
import { Presence } from '../../../src/encoder/presence.ts';

const HOUR_MS = 60 * 60 * 1000;

describe('how steadily an encoder is attached', () => {
  test('is not known before it was seen', () => {
    expect(new Presence().of('a', 0)).toEqual({ since: null, lostCount: 0 });
  });

  test('is since when, and how often it left in the last 24 hours', () => {
    const presence = new Presence();
    presence.arrived('a', 0);
    expect(presence.of('a', 5)).toEqual({ since: 0, lostCount: 0 });
    presence.left('a', HOUR_MS);
    presence.arrived('a', 2 * HOUR_MS);
    presence.left('a', 3 * HOUR_MS);
    expect(presence.of('a', 4 * HOUR_MS)).toEqual({ since: 3 * HOUR_MS, lostCount: 2 });
    expect(presence.of('b', 4 * HOUR_MS)).toEqual({ since: null, lostCount: 0 });
    expect(presence.of('a', 25 * HOUR_MS)).toEqual({ since: 3 * HOUR_MS, lostCount: 1 });
    expect(presence.of('a', 28 * HOUR_MS)).toMatchObject({ lostCount: 0 });
  });
});
