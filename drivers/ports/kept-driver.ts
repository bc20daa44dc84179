import type { DriverLog, EncoderDriver } from '../../src/encoder/contract.ts';
import type { Greet, PortLine, PortSource } from './contract.ts';

export interface KeptDriverSetup<Line extends PortLine> {
  readonly name: string;
  readonly sources: readonly PortSource<Line>[];
  readonly greet: Greet<Line>;
  readonly log: DriverLog;
}

/** STUB */
export function keptDriver<Line extends PortLine>(setup: KeptDriverSetup<Line>): EncoderDriver {
  throw new Error(`not yet: ${setup.name}`);
}
