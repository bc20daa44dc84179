import type { ByteLine, GreetedDevice } from '../../../drivers/ports/contract.ts';
import { greetTwn4 } from '../../../drivers/twn4/greet.ts';
import { twn4Options } from '../../../drivers/twn4/options.ts';
import { createChip } from '../../../drivers/virtual/create-chip.ts';
import type { CardEncoder, SimulatedCardOrder } from '../../../src/encoder/contract.ts';
import { FieldCard } from '../../benches/twn4/field-card.ts';
import { lineToReader, type MemoryLine } from '../../benches/twn4/memory-line.ts';
import type { SimulatedReader } from '../../benches/twn4/simulated-reader.ts';
import { patience } from '../../contracts/encoder-desk.ts';
import { KeptLog } from '../../contracts/encoder-site.ts';

/** Greets what is at the other end of a line, with these options in the configuration. */
export function greet(line: ByteLine, options: object = {}, log = new KeptLog()): Promise<GreetedDevice> {
  const candidate = { key: '09d8-0420-usb-1-1', path: line.path };
  return greetTwn4(twn4Options.parse(options), log)(line, candidate, patience());
}

/** An encoder over a simulated TWN4. To dispose of it is to close the encoder and the line. */
export interface OpenTwn4 extends AsyncDisposable {
  readonly reader: SimulatedReader;
  readonly line: MemoryLine;
  readonly encoder: CardEncoder;
  readonly log: KeptLog;
}

export async function openTwn4(options: object = {}, reader?: SimulatedReader): Promise<OpenTwn4> {
  const end = lineToReader('ascii', reader);
  const log = new KeptLog();
  const device = await greet(end.line, { mode: 'ascii', ...options }, log);
  const encoder = await device.open(patience());
  return {
    ...end,
    encoder,
    log,
    async [Symbol.asyncDispose]() {
      await encoder[Symbol.asyncDispose]();
      await end.line[Symbol.asyncDispose]();
    },
  };
}

/** A card as from the factory. */
export function newCard({ technology, uid = '', generation, faults }: SimulatedCardOrder): FieldCard {
  return new FieldCard({ chip: createChip(technology, uid, undefined, generation) }, faults);
}
