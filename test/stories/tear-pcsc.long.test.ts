import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VirtualCard } from '../../drivers/virtual/virtual-card.ts';
import { type PcscBench, pcscdIsAvailable, startPcscBench } from '../benches/pcsc/pcsc-bench.ts';
import { Desk } from './desk.ts';
import { HandClock } from './hand-clock.ts';
import { CLASSIC_CARDS, DESFIRE_CARDS, freshCard, NTAG_CARDS } from './tear-cards.ts';
import { SEEN_BY, TornCard, tearEverywhere, WAYS } from './tear-trial.ts';
import { type TearHand, TornHttpDesk } from './torn-http-desk.ts';

const TRIALS = [
  { kind: NTAG_CARDS[1], step: 5 },
  { kind: CLASSIC_CARDS[0], step: 9 },
  { kind: DESFIRE_CARDS[1], step: 6 },
].flatMap(({ kind, step }) => (kind === undefined ? [] : [{ ...kind, step }]));

describe.skipIf(!pcscdIsAvailable())('on a real pcscd', () => {
  let pcscd: PcscBench;
  let desk: Desk;
  let encoderId: string;
  let tears = 0;
  const clock = new HandClock();

  beforeAll(async () => {
    pcscd = await startPcscBench();
    // The driver host is a child of this process, and has its environment.
    process.env['PCSCLITE_CSOCK_NAME'] = pcscd.socketName;
    desk = await Desk.open({
      clock,
      config: {
        drivers: { pcsc: {} },
        card_format_settings: { ntag: { password: true }, mifare_desfire: { picc_master_key: 'own' } },
      },
    });
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
    console.log(`on pcscd: torn away and finished ${tears} times`);
  });

  test.each(TRIALS)(
    'a $name torn away at every few exchanges is finished by one more placement',
    async ({ step, ...kind }) => {
      const cards = new Map<string, VirtualCard>();
      const hand: TearHand = {
        async place(order, tear) {
          const memory = cards.get(order.uid ?? '')?.memory;
          const card = new VirtualCard({
            ...{ technology: order.technology, uid: order.uid ?? '' },
            ...(order.generation && memory === undefined && { generation: order.generation }),
            ...(memory && { memory }),
            ...(tear && { faults: { pulledAt: tear } }),
          });
          cards.set(card.uid, card);
          await pcscd.slot(0).insert(card);
          return undefined;
        },
        async lift() {
          await pcscd.slot(0).remove();
          const count = (type: string) => torn.live.changes.filter((change) => change.type === type).length;
          await torn.live.until(() => count('card.presented') === count('card.removed'), 'card.removed');
        },
      };
      await using torn = await TornHttpDesk.open(desk, { encoderId, hand, clock });
      const trial = new TornCard(torn, 'blank', () => freshCard(kind));
      await tearEverywhere(trial, WAYS, { first: SEEN_BY, step });
      expect(trial.tears).toBeGreaterThan(3);
      tears += trial.tears;
    },
    120_000,
  );
});
