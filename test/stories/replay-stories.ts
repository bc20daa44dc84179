import { expect } from 'vitest';
import { parseCapture } from '../../src/replay/capture-file.ts';
import { replay } from '../../src/replay/replay.ts';
import { captured, siteKeysIn } from './captured.ts';
import { issued } from './encode-stories.ts';
import { SerialDesk } from './serial-desk.ts';
import type { Stand } from './serial-stands.ts';
import { type CardOrder, newCard, StoryDesk } from './story-desk.ts';

/** The same capture with one byte changed in the last message of this kind that holds so many. */
export function withOneByteChanged(
  text: string,
  member: 'out' | 'bytes',
  isIt: (line: string) => boolean,
): string {
  const lines = text.trimEnd().split('\n');
  const at = lines.findLastIndex(isIt);
  const line = JSON.parse(lines[at] ?? '');
  const hex: string = line[member];
  const place = hex.length - 6;
  const changed = hex[place] === '7' ? '8' : '7';
  lines[at] = JSON.stringify({
    ...line,
    [member]: `${hex.slice(0, place)}${changed}${hex.slice(place + 1)}`,
  });
  return lines.join('\n');
}

/** An encode that is captured at this encoder replays equal over a pseudo terminal; with one byte changed, it does not. */
export async function replaysEqual(stand: Stand, technology: CardOrder['technology']): Promise<void> {
  await using serial = await SerialDesk.open(stand);
  const { driver } = stand;
  const admin = serial.desk.app('admin', ['admin']);
  await using story = await StoryDesk.open(serial.bench(driver));
  const work = () => issued(story, newCard(technology));
  const text = await captured(admin, serial.encoderId(driver), true, work);
  const keys = siteKeysIn(serial.desk.stateDir);
  const same = await replay(parseCapture(text), keys);
  expect(same).toEqual({ outcome: 'equal', compared: expect.any(Number), notes: [] });
  expect(same.compared).toBeGreaterThan(10);
  const isLong = (line: string) => /"kind":"out".*"is_idle":false/.test(line) && line.length > 180;
  const other = await replay(parseCapture(withOneByteChanged(text, 'bytes', isLong)), keys);
  expect(other).toMatchObject({
    outcome: 'different',
    difference: { captured: expect.stringContaining('[') },
  });
}
