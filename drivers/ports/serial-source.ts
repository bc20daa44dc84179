import type { DriverLog } from '../../src/encoder/contract.ts';
import type { ByteLine, PortSource } from './contract.ts';
import type { PortWish } from './port-wish.ts';

export interface SerialSettings {
  readonly baudRate: number;
}

export interface SerialSourceSetup {
  /** What the configuration assigns to this driver; each of them is opened, whatever it is. */
  readonly wishes: readonly PortWish[];
  /** USB products that only this driver drives: they are opened wherever they are plugged in. */
  readonly products: readonly { readonly vendorId: string; readonly productId: string }[];
  readonly settings: SerialSettings;
  readonly log: DriverLog;
}

/** STUB */
export function serialSource(setup: SerialSourceSetup): PortSource<ByteLine> {
  throw new Error(`not yet: ${setup.wishes.length}`);
}
