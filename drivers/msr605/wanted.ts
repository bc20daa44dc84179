import { hidSource } from '../ports/hid-source.ts';
import { msr605Options } from './options.ts';
import { MSR605X_PRODUCTS } from './products.ts';

/**
 * Whether there may be a device to drive: asked without native code, until it says yes; then the driver's process is started. A serial encoder is there when a port is
 * assigned, an MSR605X when it is plugged in.
 */
export async function isWanted(options: unknown): Promise<boolean> {
  if (msr605Options.parse(options).ports.length > 0) return true;
  const { candidates } = await hidSource({ products: MSR605X_PRODUCTS }).look();
  return candidates.length > 0;
}
