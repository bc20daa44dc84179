import { drawUid } from '../../../drivers/virtual/create-chip.ts';
import { VirtualCard } from '../../../drivers/virtual/virtual-card.ts';
import type { EncoderDriver, SimulatedCard, SimulatedCardOrder } from '../../../src/encoder/contract.ts';
import type { EncoderBench } from '../../contracts/encoder-desk.ts';
import type { KeptLog } from '../../contracts/encoder-site.ts';
import type { PcscBench } from './pcsc-bench.ts';

/** Puts a card made of code into a slot of a real pcscd; nothing is kept of an earlier one. Resolves when pcscd sees it. */
export async function placeCard(
  pcscd: PcscBench,
  position: number,
  order: SimulatedCardOrder,
): Promise<SimulatedCard> {
  const card = makeCard(order);
  await pcscd.slot(position).insert(card);
  return { id: order.id ?? card.uid, uid: card.uid, technology: card.technology };
}

/** Puts cards into a slot that keep their memory under their uid when they are taken out. */
export function keepingPlaceCard(
  pcscd: PcscBench,
  position: number,
): (order: SimulatedCardOrder) => Promise<SimulatedCard> {
  const cards = new Map<string, VirtualCard>();
  return async (order) => {
    await pcscd.slot(position).remove();
    const card = makeCard(order, cards.get(order.uid ?? '')?.memory);
    cards.set(card.uid, card);
    await pcscd.slot(position).insert(card);
    return { id: order.id ?? card.uid, uid: card.uid, technology: card.technology };
  };
}

/** The card of an order; `memory`: as it was when it was taken out. */
export function makeCard(
  { technology, uid, generation, faults }: SimulatedCardOrder,
  memory?: Uint8Array,
): VirtualCard {
  return new VirtualCard({
    technology,
    uid: uid ?? drawUid(technology),
    ...(generation === undefined ? {} : { generation }),
    ...(faults === undefined ? {} : { faults }),
    ...(memory === undefined ? {} : { memory }),
  });
}

/**
 * The contract's bench over the first slot of a pcscd that several tests share (libpcsclite looks up pcscd's socket once a process):
 * pulling the plug is killing pcscd, which runs again afterwards. A card keeps its memory under its uid.
 */
export function pcscEncoderBench(pcscd: PcscBench, driver: EncoderDriver, log: KeptLog): EncoderBench {
  let isPlugged = true;
  const replug = async () => {
    if (!isPlugged) await pcscd.restart();
    isPlugged = true;
  };
  return {
    driver,
    logged: log.lines,
    placeCard: keepingPlaceCard(pcscd, 0),
    removeCard: () => pcscd.slot(0).remove(),
    async unplug() {
      isPlugged = false;
      await pcscd.kill();
    },
    replug,
    async dispose() {
      await pcscd.slot(0).remove();
      await replug();
    },
  };
}
