import type { DriverLog } from '../../src/encoder/contract.ts';
import type { ByteLine, PortSource } from '../ports/contract.ts';
import type { ListenToLine } from '../ports/listen-to-line.ts';
import { serialSource } from '../ports/serial-source.ts';
import { ELATEC, SERIAL_PRODUCT } from './firmware.ts';
import type { Twn4Options } from './options.ts';

/** A TWN4 at RS-232 speaks at 9600 baud; at USB the rate means nothing. */
const BAUD_RATE = 9_600;

/** Where a TWN4 is to be found as a serial port. Looking loads no native code. */
export function twn4Ports(options: Twn4Options, log: DriverLog, listen?: ListenToLine): PortSource<ByteLine> {
  return serialSource({
    wishes: options.ports,
    products: [{ vendorId: ELATEC, productId: SERIAL_PRODUCT }],
    settings: { baudRate: BAUD_RATE },
    log,
    listen,
  });
}
