import { hidSource } from '../ports/hid-source.ts';
import { PCPROX_PRODUCTS } from './products.ts';

/** Whether a reader is plugged in: asked without native code, until it says yes; then the driver's process is started. */
export async function isWanted(_options: unknown): Promise<boolean> {
  const { candidates } = await hidSource({ products: PCPROX_PRODUCTS }).look();
  return candidates.length > 0;
}
