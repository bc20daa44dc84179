import { z } from 'zod';

const usbId = z.string().regex(/^[0-9a-f]{4}$/i, 'Expected four hexadecimal digits in quotes, as "1a86"');

/** How the configuration assigns a port to a driver: by its path, or by what USB says of it. */
export const portWish = z.union(
  [
    z.string().startsWith('/', 'Expected a path as /dev/serial/by-id/...'),
    z.strictObject({
      vendor_id: usbId,
      product_id: usbId,
      serial_number: z.string().min(1).optional(),
      interface: z
        .string()
        .regex(/^[0-9a-f]{2}$/i, 'Expected two hexadecimal digits in quotes, as "00"')
        .optional(),
    }),
  ],
  {
    error:
      'Expected a path as /dev/serial/by-id/..., or { vendor_id: "1a86", product_id: "7523" } with four hexadecimal digits each, and perhaps serial_number and interface',
  },
);

export type PortWish = z.infer<typeof portWish>;
