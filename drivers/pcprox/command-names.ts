import type { CommandName } from '../../src/encoder/tap.ts';
import { ASK, PAGE } from './codec.ts';

const NAMES: ReadonlyMap<number, CommandName> = new Map<number, CommandName>([
  [ASK.deviceInfo, { name: 'device info' }],
  [ASK.cardData, { name: 'card data', isIdle: true }],
  [ASK.bitCount, { name: 'bit count', isIdle: true }],
  [PAGE.format, { name: 'page 0' }],
  [PAGE.timing, { name: 'page 1' }],
  [PAGE.lights, { name: 'page 2' }],
  [0x90, { name: 'finish' }],
]);

/** The name of a report to the reader, its id before it. The second report of a page that is put is the page, and has none. */
export function namePcproxReport(report: Uint8Array): CommandName | undefined {
  return NAMES.get(report[1] ?? 0);
}
