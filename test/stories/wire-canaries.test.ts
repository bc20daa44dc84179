import { test } from 'vitest';
import { Desk } from './desk.ts';
import { msr605Stand } from './serial-stands.ts';
import { newCard } from './story-desk.ts';
import { FIELD_CARDS, nothingLeaks, nothingLeaksAt } from './wire-canaries.ts';

test('nothing that passes between a virtual encoder and its cards stands in ring, capture or log', async () => {
  await using desk = await Desk.open({ config: { drivers: { virtual: { encoders: 1 } } } });
  const admin = desk.app('admin', ['admin', 'read']);
  await nothingLeaks(
    { desk, bench: desk, admin },
    FIELD_CARDS.map((kind) => newCard(kind)),
  );
});

test('nothing that passes at an MSR605 stands in ring, capture or log', async () => {
  await nothingLeaksAt(await msr605Stand(), ['magnetic_stripe']);
});
