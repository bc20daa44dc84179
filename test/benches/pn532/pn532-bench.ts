import { createDriver } from '../../../drivers/pn532/index.ts';
import { createChip, drawUid } from '../../../drivers/virtual/create-chip.ts';
import type { SimulatedCard, SimulatedCardOrder } from '../../../src/encoder/contract.ts';
import { KeptLog } from '../../contracts/encoder-site.ts';
import type { WireBench } from '../../contracts/wire.ts';
import { PlacedCard } from './placed-card.ts';
import type { Pn532BoardOptions } from './pn532-board.ts';
import { Pn532Port } from './pn532-port.ts';

/** The contract's bench over a simulated PN532. */
export interface Pn532Bench extends WireBench {
  readonly port: Pn532Port;
  readonly unplug: () => Promise<void>;
  readonly replug: () => Promise<void>;
  /** Puts cards on the encoder together; the ones that are there are taken away first. */
  placeCards(...orders: readonly SimulatedCardOrder[]): readonly SimulatedCard[];
}

/** The driver and, over a pseudo terminal, a simulated PN532 at the port that is assigned to it. A card keeps its memory under its uid. */
export async function makePn532Bench(options: Pn532BoardOptions = {}): Promise<Pn532Bench> {
  const port = await Pn532Port.open(options);
  const log = new KeptLog();
  const driver = createDriver({ options: { ports: [port.path] }, stateDir: '/nonexistent', log });
  const kept = new Map<string, PlacedCard>();
  const make = ({ technology, uid = drawUid(technology), generation, faults }: SimulatedCardOrder) => {
    const memory = kept.get(uid)?.chip.memory;
    const card = new PlacedCard(createChip(technology, uid, memory, generation), faults);
    kept.set(uid, card);
    return { card, placed: { id: uid, uid, technology } };
  };
  const placeCards = (...orders: readonly SimulatedCardOrder[]) => {
    port.chip.place();
    const made = orders.map(make);
    port.chip.place(...made.map(({ card }) => card));
    return made.map(({ placed }) => placed);
  };
  return {
    driver,
    logged: log.lines,
    port,
    wire: port.board.wire,
    async placeCard(order) {
      const [placed] = placeCards(order);
      if (placed === undefined) throw new Error('no card was placed');
      return placed;
    },
    placeCards,
    removeCard: async () => port.chip.place(),
    unplug: () => port.unplug(),
    async replug() {
      port.board.wire.clear();
      await port.plug();
    },
    dispose: () => port[Symbol.asyncDispose](),
  };
}
