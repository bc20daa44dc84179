import { expect } from 'vitest';
import { disagreements, doubles } from './agreement.ts';
import { type Hotel, waitFor } from './hotel.ts';

/** Resolves once every desk has told all, and has what the property server has, thing by thing. */
export async function agree(hotel: Hotel): Promise<void> {
  for (const desk of hotel.desks) {
    desk.sync.wake();
    await desk.told();
  }
  const open = () => hotel.desks.flatMap(({ site }) => disagreements(hotel.above, site));
  await waitFor(
    () => open().length === 0,
    () => `all agree:\n${open().join('\n')}\n${hotel.desks.map((desk) => desk.describe()).join('\n')}`,
  );
  for (const site of hotel.sites) expect(doubles(site)).toEqual([]);
}
