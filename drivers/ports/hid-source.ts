import type { HidLine, PortSource } from './contract.ts';

export interface HidSourceSetup {
  /** USB products that this driver drives. */
  readonly products: readonly { readonly vendorId: string; readonly productId: string }[];
}

/** STUB */
export function hidSource(setup: HidSourceSetup): PortSource<HidLine> {
  throw new Error(`not yet: ${setup.products.length}`);
}
