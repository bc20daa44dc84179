import { z } from 'zod';

const usbId = z.string().regex(/^[0-9a-f]{4}$/i, 'Expected four hexadecimal digits in quotes, as "1a86"');

/** The names that Windows gives to serial ports. */
const WINDOWS_PORT = /^COM[1-9]\d*$/i;

/** Whether a text names a port by itself, and no file system has to have it. */
export const isWindowsPort = (path: string): boolean => WINDOWS_PORT.test(path);

/** How the configuration assigns a port to a driver: by its path, or by what USB says of it. */
export const portWish = z.union(
  [
    z
      .string()
      .refine(
        (text) => text.startsWith('/') || isWindowsPort(text),
        'Expected a path as /dev/serial/by-id/..., or on Windows a name as COM3',
      ),
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
