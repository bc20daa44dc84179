import type { DriverLog } from '../../src/encoder/contract.ts';
import { isInSight } from '../ports/in-sight.ts';
import { twn4Options } from './options.ts';
import { twn4Ports } from './ports.ts';

const NO_LOG: DriverLog = { debug() {}, info() {}, warn() {}, error() {} };

/** Whether there may be a device to drive: asked without native code, until it says yes; then the driver's process is started. */
export async function isWanted(options: unknown): Promise<boolean> {
  return isInSight([twn4Ports(twn4Options.parse(options), NO_LOG)]);
}
