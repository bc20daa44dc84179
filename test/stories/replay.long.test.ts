import { test } from 'vitest';
import { replaysEqual } from './replay-stories.ts';
import { pn532Stand, twn4Stand } from './serial-stands.ts';

test.each([
  ['PN532', pn532Stand],
  ['TWN4', twn4Stand],
] as const)(
  'an encode at a %s replays equal over a pseudo terminal; with one byte changed, it does not',
  async (_, stand) => {
    await replaysEqual(await stand(), 'ntag215');
  },
);
