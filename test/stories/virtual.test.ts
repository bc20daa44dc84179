import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Desk } from './desk.ts';
import { SCAN_STORIES, tellStory } from './scan-stories.ts';
import type { StoryBench } from './story-desk.ts';

describe('at a desk with a virtual encoder', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await Desk.open();
  });
  afterAll(async () => {
    const { errorLines } = desk;
    await desk[Symbol.asyncDispose]();
    expect(errorLines).toEqual([]);
  });

  test.each(SCAN_STORIES)('$fact', (story) => tellStory(story, benchOf(desk)));
});

function benchOf(desk: Desk): StoryBench {
  return {
    seam: desk.seam,
    raw: desk.raw,
    encoderId: desk.encoderId,
    systemId: desk.systemId,
    placeCard: (order) => desk.placeCard(order),
    removeCard: () => desk.removeCard(),
  };
}
