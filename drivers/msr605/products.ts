/** The MSR605X on USB. */
export const MSR605X_PRODUCTS = [{ vendorId: '0801', productId: '0003' }] as const;
