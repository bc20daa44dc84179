import { test } from 'vitest';
import { pcscStand, pn532Stand, twn4Stand } from './serial-stands.ts';
import { FIELD_CARDS, nothingLeaksAt } from './wire-canaries.ts';

test.each([
  ['a PN532', pn532Stand],
  ['a TWN4', twn4Stand],
  ['a reader of pcscd', pcscStand],
] as const)('nothing that passes at %s stands in ring, capture or log', async (_, stand) => {
  await nothingLeaksAt(await stand(), FIELD_CARDS);
});
