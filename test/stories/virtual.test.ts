import { describe, test } from 'vitest';
import { type Desk, openDeskFirst } from './desk.ts';
import { SCAN_STORIES, tellStory } from './scan-stories.ts';
import type { StoryBench } from './story-desk.ts';

describe('at a desk with a virtual encoder', () => {
  let desk: Desk;
  openDeskFirst((opened) => {
    desk = opened;
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
