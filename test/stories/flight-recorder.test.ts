import { expect, test } from 'vitest';
import { z } from 'zod';
import { SerialDesk } from './serial-desk.ts';
import { msr605Stand, pn532Stand } from './serial-stands.ts';
import { newCard, StoryDesk } from './story-desk.ts';

const answer = z.object({
  records: z.array(
    z.looseObject({
      kind: z.string(),
      driver: z.string().nullable(),
      command: z.string().nullish(),
      event: z.string().optional(),
    }),
  ),
  last_sequence: z.int(),
});

test('what passes at serial encoders is told by the names of their manuals, with lengths and times', async () => {
  await using serial = await SerialDesk.open(await pn532Stand(), await msr605Stand());
  const admin = serial.desk.app('admin', ['admin']);
  const card = newCard();
  await using story = await StoryDesk.open(serial.bench('pn532'));
  await story.serve(await story.scan(), card);
  const { records } = answer.parse((await admin.post('/v1/flight_recorder/list', { limit: 10_000 })).body);
  const commands = (driver: string) =>
    new Set(
      records.filter((one) => one.driver === driver && one.kind === 'line').map(({ command }) => command),
    );
  expect([...commands('pn532')]).toEqual(
    expect.arrayContaining(['SAMConfiguration', 'GetFirmwareVersion', 'InListPassiveTarget']),
  );
  expect([...commands('msr605')]).toEqual(expect.arrayContaining(['RESET', 'COMMUNICATION TEST']));
  expect(JSON.stringify(records).toUpperCase()).not.toContain(card.uid.toUpperCase());
});
