import { drawUid } from '../../../drivers/virtual/create-chip.ts';
import { VirtualCard } from '../../../drivers/virtual/virtual-card.ts';
import type { EncoderDriver, SimulatedCard, SimulatedCardOrder } from '../../../src/encoder/contract.ts';
import type { EncoderBench } from '../../contracts/encoder-desk.ts';
import type { PcscBench } from './pcsc-bench.ts';

/** Puts a card made of code into a slot of a real pcscd; nothing is kept of an earlier one. Resolves when pcscd sees it. */
export async function placeCard(
  pcscd: PcscBench,
  position: number,
  order: SimulatedCardOrder,
): Promise<SimulatedCard> {
  const { technology, uid = drawUid(technology), faults } = order;
  const card = new VirtualCard({ technology, uid, ...(faults === undefined ? {} : { faults }) });
  await pcscd.slot(position).insert(card);
  return { id: order.id ?? card.uid, uid: card.uid, technology };
}

/**
 * The contract's bench over the first slot of a pcscd that several tests share (libpcsclite looks up pcscd's socket once a process):
 * pulling the plug is killing pcscd, which runs again afterwards.
 */
export function pcscEncoderBench(pcscd: PcscBench, driver: EncoderDriver): EncoderBench {
  let isPlugged = true;
  const replug = async () => {
    if (!isPlugged) await pcscd.restart();
    isPlugged = true;
  };
  return {
    driver,
    placeCard: (order) => placeCard(pcscd, 0, order),
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
