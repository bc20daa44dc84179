import { expect, test } from 'vitest';
import { parseCapture } from '../../src/replay/capture-file.ts';
import { replay } from '../../src/replay/replay.ts';
import { captured, siteKeysIn } from './captured.ts';
import { Desk } from './desk.ts';
import { issued } from './encode-stories.ts';
import { replaysEqual, withOneByteChanged } from './replay-stories.ts';
import { msr605Stand } from './serial-stands.ts';
import { newCard, StoryDesk } from './story-desk.ts';

test.each(['ntag215', 'mifare_classic_1k'] as const)(
  'an encode of a %s replays equal, to the byte; with one byte changed, it does not',
  async (technology) => {
    await using desk = await Desk.open();
    await using story = await StoryDesk.open(desk);
    const admin = desk.app('admin', ['admin']);
    const card = newCard(technology);
    const text = await captured(admin, desk.encoderId, true, () => issued(story, card));
    const keys = siteKeysIn(desk.stateDir);
    const same = await replay(parseCapture(text), keys);
    expect(same).toEqual({ outcome: 'equal', compared: expect.any(Number), notes: [] });
    expect(same.compared).toBeGreaterThan(20);
    const isWrite = (line: string) => line.includes('"out":"FFD6');
    const other = await replay(parseCapture(withOneByteChanged(text, 'out', isWrite)), keys);
    expect(other).toMatchObject({
      outcome: 'different',
      difference: { captured: expect.stringContaining('[') },
    });
    expect(other.difference?.line).toBeGreaterThan(20);
  },
);

test('without the keys of the site it says that it cannot tell, and so it does of a DESFire', async () => {
  await using desk = await Desk.open();
  await using story = await StoryDesk.open(desk);
  const admin = desk.app('admin', ['admin']);
  const text = await captured(admin, desk.encoderId, true, () => issued(story, newCard('ntag215')));
  expect(await replay(parseCapture(text), null)).toMatchObject({
    outcome: 'cannot_tell',
    notes: [expect.stringContaining('--site-keys')],
  });
  const desfire = await captured(admin, desk.encoderId, true, () => issued(story, newCard('mifare_desfire')));
  expect(await replay(parseCapture(desfire), siteKeysIn(desk.stateDir))).toMatchObject({
    outcome: 'cannot_tell',
    notes: [expect.stringContaining('random')],
  });
});

test('a capture without payload is refused, with what to do', async () => {
  await using desk = await Desk.open();
  await using story = await StoryDesk.open(desk);
  const admin = desk.app('admin', ['admin']);
  const text = await captured(admin, desk.encoderId, false, async () =>
    story.serve(await story.scan(), newCard()),
  );
  expect(() => parseCapture(text)).toThrow('--with-payload');
});

test('an encode at an MSR605 replays equal over a pseudo terminal; with one byte changed, it does not', async () => {
  await replaysEqual(await msr605Stand(), 'magnetic_stripe');
});
