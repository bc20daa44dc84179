import { pn532Options } from './options.ts';

/** Whether there may be a device to drive: asked without native code, until it says yes; then the driver's process is started. */
export async function isWanted(options: unknown): Promise<boolean> {
  return pn532Options.parse(options).ports.length > 0;
}
