import type { CommandName } from '../../src/encoder/tap.ts';
import {
  DIAGNOSE,
  GET_FIRMWARE_VERSION,
  IN_AUTO_POLL,
  IN_COMMUNICATE_THRU,
  IN_DATA_EXCHANGE,
  IN_LIST_PASSIVE_TARGET,
  RF_CONFIGURATION,
  SAM_CONFIGURATION,
  SET_PARAMETERS,
  WRITE_REGISTER,
} from './command.ts';
import { TO_CHIP } from './frame-codec.ts';

/** As UM0701-02, section 7, table 13 calls them. */
const NAMES: ReadonlyMap<number, CommandName> = new Map([
  [DIAGNOSE, { name: 'Diagnose' }],
  [GET_FIRMWARE_VERSION, { name: 'GetFirmwareVersion' }],
  [WRITE_REGISTER, { name: 'WriteRegister' }],
  [SET_PARAMETERS, { name: 'SetParameters' }],
  [SAM_CONFIGURATION, { name: 'SAMConfiguration' }],
  [RF_CONFIGURATION, { name: 'RFConfiguration' }],
  [IN_DATA_EXCHANGE, { name: 'InDataExchange' }],
  [IN_COMMUNICATE_THRU, { name: 'InCommunicateThru' }],
  [0x44, { name: 'InDeselect' }],
  [IN_LIST_PASSIVE_TARGET, { name: 'InListPassiveTarget', isIdle: true }],
  [0x52, { name: 'InRelease' }],
  [0x54, { name: 'InSelect' }],
  [IN_AUTO_POLL, { name: 'InAutoPoll', isIdle: true }],
]);

/** First bytes of what the chip passes on that are a card's command, and not data. */
const CARD_COMMANDS = [0x00, 0x1b, 0x30, 0x39, 0x3a, 0x3c, 0x60, 0x61, 0x90, 0xa0, 0xa2];

const THROUGH: ReadonlyMap<number, CommandName> = new Map(
  CARD_COMMANDS.map((code) => [code, { name: `InCommunicateThru ${digits(code)}` }]),
);
const EXCHANGED: ReadonlyMap<number, CommandName> = new Map(
  CARD_COMMANDS.map((code) => [code, { name: `InDataExchange ${digits(code)}` }]),
);

const ACK: CommandName = { name: 'ACK' };
const NACK: CommandName = { name: 'NACK' };

/** The name of what is sent to the chip: a frame, with or without what wakes the chip before it. */
export function namePn532Command(message: Uint8Array): CommandName | undefined {
  const mark = message.indexOf(0xff);
  const length = message[mark + 1];
  const check = message[mark + 2];
  if (mark < 0 || length === undefined) return undefined;
  if (length === 0x00 && check === 0xff) return ACK;
  if (length === 0xff && check === 0x00) return NACK;
  const head = length === 0xff && check === 0xff ? mark + 6 : mark + 3;
  const code = message[head + 1];
  if (message[head] !== TO_CHIP || code === undefined) return undefined;
  const passedOn = code === IN_DATA_EXCHANGE ? message[head + 3] : message[head + 2];
  const table = code === IN_DATA_EXCHANGE ? EXCHANGED : code === IN_COMMUNICATE_THRU ? THROUGH : undefined;
  return (passedOn === undefined ? undefined : table?.get(passedOn)) ?? NAMES.get(code);
}

function digits(code: number): string {
  return code.toString(16).toUpperCase().padStart(2, '0');
}
