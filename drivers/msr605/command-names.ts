import type { CommandName } from '../../src/encoder/tap.ts';
import { ESC } from './codec/command.ts';
import { payloadOf } from './codec/hid-packet.ts';

/** As the MSR605 Programmer's Manual rev B, section 6 calls them, by the byte after ESC. */
const NAMES: ReadonlyMap<number, CommandName> = new Map([
  [0x61, { name: 'RESET' }],
  [0x65, { name: 'COMMUNICATION TEST' }],
  [0x86, { name: 'SENSOR TEST' }],
  [0x87, { name: 'RAM TEST' }],
  [0x72, { name: 'READ ISO', isIdle: true }],
  [0x6d, { name: 'READ RAW DATA', isIdle: true }],
  [0x77, { name: 'WRITE ISO' }],
  [0x6e, { name: 'WRITE RAW DATA' }],
  [0x63, { name: 'ERASE CARD' }],
  [0x6c, { name: 'CHECK LEADING ZERO' }],
  [0x7a, { name: 'SET LEADING ZERO' }],
  [0x64, { name: 'GET HI-CO OR LO-CO STATUS' }],
  [0x78, { name: 'SET HI-CO' }],
  [0x79, { name: 'SET LOW-CO' }],
  [0x74, { name: 'GET DEVICE MODEL' }],
  [0x76, { name: 'GET FIRMWARE VERSION' }],
  [0x62, { name: 'SELECT BPI' }],
  [0x6f, { name: 'SET BPC' }],
  ...[0x81, 0x82, 0x83, 0x84, 0x85].map((code) => [code, { name: 'LED' }] as const),
]);

const END_AND_RESET: CommandName = { name: 'END OF BLOCK, RESET' };

/** The name of a message to the device. What is no command, such as the rest of a long one, has none. */
export function nameMsr605Command(message: Uint8Array): CommandName | undefined {
  if (message[0] === ESC) return NAMES.get(message[1] ?? 0);
  return message[2] === ESC && message[3] === 0x61 ? END_AND_RESET : undefined;
}

/** The same of a report to an MSR605X, its id before it. */
export const nameMsr605Report = (report: Uint8Array): CommandName | undefined =>
  nameMsr605Command(payloadOf(report.subarray(1)));
