import { z } from 'zod';
import { portWish } from '../ports/port-wish.ts';
import { checkWiegandOptions, wiegandOptions } from '../ports/wiegand-options.ts';

/** `drivers.twn4` of the configuration. */
export const twn4Options = z.strictObject({
  /** Serial ports that are assigned to this driver. A TWN4 at USB that is a serial port is found without. */
  ports: z.array(portWish).default([]),
  /** How the firmware speaks the simple protocol; `auto` finds out. ELATEC's image speaks `ascii`. */
  mode: z.enum(['auto', 'ascii', 'ascii_crc', 'binary', 'binary_crc']).default('auto'),
  /** Whether cards of 125 kHz are searched for too. Without them, cards of 13.56 MHz are noticed sooner. */
  low_frequency: z.boolean().default(true),
  /** What number a HID Prox card has. */
  wiegand: z.strictObject(wiegandOptions).superRefine(checkWiegandOptions).prefault({}),
});

export type Twn4Options = z.infer<typeof twn4Options>;
