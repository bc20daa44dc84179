import type { CreateDriver, DriverLog, EncoderDriver } from '../../src/encoder/contract.ts';
import type { ByteLine, PortSource } from '../ports/contract.ts';
import { hidSource } from '../ports/hid-source.ts';
import { keptDriver } from '../ports/kept-driver.ts';
import { listenBy } from '../ports/listen-to-line.ts';
import { serialSource } from '../ports/serial-source.ts';
import { nameMsr605Command, nameMsr605Report } from './command-names.ts';
import { greetMsr605 } from './greet.ts';
import { hidByteSource } from './hid-byte-line.ts';
import { type Msr605Options, msr605Options } from './options.ts';
import { type Msr605Pace, ORDINARY_PACE } from './pace.ts';
import { MSR605X_PRODUCTS } from './products.ts';

/** 9600 baud, 8 data bits, no parity, 1 stop bit (MSR605 Programmer's Manual rev B, section 3). */
const SETTINGS = { baudRate: 9_600 };

/** The driver `msr605`: magnetic stripe encoders MSR605 and MSR206 at serial ports that are assigned to it, and every MSR605X on USB. */
export const createDriver: CreateDriver = (context) => {
  const options = msr605Options.parse(context.options);
  const { log, tap } = context;
  const listen = listenBy(tap, nameMsr605Command);
  const listenHid = listenBy(tap, nameMsr605Report);
  const serial = serialSource({ wishes: options.ports, products: [], settings: SETTINGS, log, listen });
  return msr605Driver(
    [serial, hidByteSource(hidSource({ products: MSR605X_PRODUCTS, listen: listenHid }))],
    options,
    log,
  );
};

/** The same over any lines. Tests give it simulated ones, and hurry it. */
export function msr605Driver(
  sources: readonly PortSource<ByteLine>[],
  options: Msr605Options,
  log: DriverLog,
  pace: Msr605Pace = ORDINARY_PACE,
): EncoderDriver {
  return keptDriver({ name: 'msr605', sources, greet: greetMsr605(options, pace, log), log });
}
