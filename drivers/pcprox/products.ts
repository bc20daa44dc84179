import type { HidSourceSetup } from '../ports/hid-source.ts';

/** rf IDEAS: pcProx, and pcProx Plus (82 series), which is said to speak the same. */
export const PCPROX_PRODUCTS: HidSourceSetup['products'] = [
  { vendorId: '0c27', productId: '3bfa' },
  { vendorId: '0c27', productId: '3b1e' },
];
