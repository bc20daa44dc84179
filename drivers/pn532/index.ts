import type { CreateDriver } from '../../src/encoder/contract.ts';
import { keptDriver } from '../ports/kept-driver.ts';
import { listenBy } from '../ports/listen-to-line.ts';
import { serialSource } from '../ports/serial-source.ts';
import { namePn532Command } from './command-names.ts';
import { greetPn532 } from './greet.ts';
import { pn532Options } from './options.ts';

/** What the chip speaks after it got power (UM0701-02, section 6.2.3). */
const BAUD_RATE = 115_200;

/** NXP PN532 at serial ports that the configuration names: it hides behind bridges that may be anything. */
export const createDriver: CreateDriver = ({ options, log, tap }) => {
  const { ports } = pn532Options.parse(options);
  const listen = listenBy(tap, namePn532Command);
  const source = serialSource({
    wishes: ports,
    products: [],
    settings: { baudRate: BAUD_RATE },
    log,
    listen,
  });
  return keptDriver({ name: 'pn532', sources: [source], greet: greetPn532, log });
};
