import { z } from 'zod';
import { portWish } from '../ports/port-wish.ts';

/** `drivers.msr605` of the configuration. */
export const msr605Options = z.strictObject({
  /** Serial ports that are assigned to this driver. */
  ports: z.array(portWish).default([]),
});
