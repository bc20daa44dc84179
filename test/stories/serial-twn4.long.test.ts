import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENCODE_STORIES } from './encode-stories.ts';
import { SCAN_STORIES, tellStory } from './scan-stories.ts';
import { SerialDesk } from './serial-desk.ts';
import { twn4Stand } from './serial-stands.ts';

describe('at a desk with a TWN4 on a serial port', () => {
  let desk: SerialDesk;
  beforeAll(async () => {
    desk = await SerialDesk.open(await twn4Stand());
  });
  afterAll(async () => {
    await desk[Symbol.asyncDispose]();
    expect(desk.desk.errorLines).toEqual([]);
  });

  test.each([...SCAN_STORIES, ...ENCODE_STORIES])('$fact', (story) => tellStory(story, desk.bench('twn4')));
});
