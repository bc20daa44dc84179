import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SCAN_STORIES, tellStory } from './scan-stories.ts';
import { SerialDesk } from './serial-desk.ts';
import { msr605Stand } from './serial-stands.ts';
import { STRIPE_STORIES } from './stripe-stories.ts';

describe('at a desk with an MSR605 on a serial port', () => {
  let desk: SerialDesk;
  beforeAll(async () => {
    desk = await SerialDesk.open(await msr605Stand());
  });
  afterAll(async () => {
    await desk[Symbol.asyncDispose]();
    expect(desk.desk.errorLines).toEqual([]);
  });

  const scans = SCAN_STORIES.filter(({ isContactless }) => isContactless === undefined);
  test.each([...scans, ...STRIPE_STORIES])('$fact', (story) => tellStory(story, desk.bench('msr605')));
});
