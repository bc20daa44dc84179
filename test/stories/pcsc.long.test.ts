import { afterAll, beforeAll, describe, test } from 'vitest';
import { type PcscBench, pcscdIsAvailable, startPcscBench } from '../benches/pcsc/pcsc-bench.ts';
import { keepingPlaceCard } from '../benches/pcsc/pcsc-encoder-bench.ts';
import { Desk } from './desk.ts';
import { ENCODE_STORIES } from './encode-stories.ts';
import { SCAN_STORIES, tellStory } from './scan-stories.ts';

describe.skipIf(!pcscdIsAvailable())('at a desk with a PC/SC reader on a real pcscd', () => {
  let pcscd: PcscBench;
  let desk: Desk;
  let encoderId: string;

  beforeAll(async () => {
    pcscd = await startPcscBench();
    // The driver host is a child of this process, and has its environment.
    process.env['PCSCLITE_CSOCK_NAME'] = pcscd.socketName;
    desk = await Desk.open({ config: { drivers: { pcsc: {} } } });
    await using live = await desk.live(0);
    const online = await live.next(
      'encoder.changed',
      ({ acs_encoder }) =>
        acs_encoder.state === 'online' && acs_encoder.display_name === 'ACS ACR122U PICC Interface',
    );
    encoderId = online.acs_encoder.acs_encoder_id;
  });
  afterAll(async () => {
    await desk[Symbol.asyncDispose]();
    await pcscd.dispose();
  });

  test.each([...SCAN_STORIES, ...ENCODE_STORIES])('$fact', (story) =>
    tellStory(story, {
      seam: desk.seam,
      raw: desk.raw,
      encoderId,
      systemId: desk.systemId,
      placeCard: keepingPlaceCard(pcscd, 0),
      removeCard: () => pcscd.slot(0).remove(),
    }),
  );
});
