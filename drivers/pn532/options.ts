import { z } from 'zod';
import { portWish } from '../ports/port-wish.ts';

/** `drivers.pn532` of the configuration. */
export const pn532Options = z.strictObject({
  /** Serial ports that are assigned to this driver. */
  ports: z.array(portWish).default([]),
});
