import { createDriver } from '../../../drivers/twn4/index.ts';
import { twn4Options } from '../../../drivers/twn4/options.ts';
import { createChip, drawUid } from '../../../drivers/virtual/create-chip.ts';
import type { SimulatedCard, SimulatedCardOrder } from '../../../src/encoder/contract.ts';
import { KeptLog } from '../../contracts/encoder-site.ts';
import type { WireBench } from '../../contracts/wire.ts';
import { FieldCard, type NumberTag } from './field-card.ts';
import type { SimulatedMode } from './reader-frames.ts';
import { Twn4Port } from './twn4-port.ts';

/** EM4x02: a number of 40 bits. */
const EM4X02 = 0x40;
const EM4X02_BYTES = 5;

export interface Twn4BenchOptions {
  /** How the firmware speaks; absent: `ascii`, as ELATEC's does. */
  readonly mode?: SimulatedMode;
  /** The driver's, besides its port. */
  readonly options?: object;
}

/** The contract's bench over a simulated TWN4. */
export interface Twn4Bench extends WireBench {
  readonly port: Twn4Port;
  readonly unplug: () => Promise<void>;
  readonly replug: () => Promise<void>;
  /** Puts a card of 125 kHz in the field. */
  placeTag(tag: NumberTag): void;
}

/** The driver and, over a pseudo terminal, a simulated TWN4 at the port that is assigned to it. A card keeps its memory under its uid. */
export async function makeTwn4Bench({
  mode = 'ascii',
  options = {},
}: Twn4BenchOptions = {}): Promise<Twn4Bench> {
  const port = await Twn4Port.open(mode);
  const log = new KeptLog();
  const parsed = twn4Options.parse({ ports: [port.path], ...options });
  const driver = createDriver({ options: parsed, stateDir: '/nonexistent', log });
  const kept = new Map<string, FieldCard>();
  return {
    driver,
    logged: log.lines,
    port,
    wire: port.wire,
    placeCard: async (order) => {
      port.reader.place(undefined);
      const { card, placed } = madeCard(order, kept);
      port.reader.place(card);
      return placed;
    },
    placeTag: (tag) => port.reader.place(new FieldCard({ tag })),
    removeCard: async () => port.reader.place(undefined),
    unplug: () => port.unplug(),
    replug: async () => {
      port.wire.clear();
      await port.replug();
    },
    dispose: () => port[Symbol.asyncDispose](),
  };
}

function madeCard(
  { technology, uid = drawUid(technology), generation, faults }: SimulatedCardOrder,
  kept: Map<string, FieldCard>,
): { readonly card: FieldCard; readonly placed: SimulatedCard } {
  const placed = { id: uid, uid, technology };
  if (technology === 'proximity') {
    const id = Uint8Array.from(Buffer.from(uid.padStart(2 * EM4X02_BYTES, '0'), 'hex'));
    return { card: new FieldCard({ tag: { type: EM4X02, bits: 8 * id.length, id } }, faults), placed };
  }
  const before = kept.get(uid)?.kind;
  const memory = before !== undefined && 'chip' in before ? before.chip.memory : undefined;
  const card = new FieldCard({ chip: createChip(technology, uid, memory, generation) }, faults);
  kept.set(uid, card);
  return { card, placed };
}
