import type { CreateDriver } from '../../src/encoder/contract.ts';
import { keptDriver } from '../ports/kept-driver.ts';
import { listenBy } from '../ports/listen-to-line.ts';
import { nameTwn4Command } from './command-names.ts';
import { greetTwn4 } from './greet.ts';
import { twn4Options } from './options.ts';
import { otherFirmwareSource } from './other-firmware.ts';
import { twn4Ports } from './ports.ts';

/** ELATEC TWN4 that are serial ports and speak the simple protocol. */
export const createDriver: CreateDriver = ({ options, log, tap }) => {
  const parsed = twn4Options.parse(options);
  return keptDriver({
    name: 'twn4',
    sources: [
      twn4Ports(parsed, log, listenBy(tap, nameTwn4Command)),
      otherFirmwareSource(parsed.ports.length > 0),
    ],
    greet: greetTwn4(parsed, log),
    log,
  });
};
