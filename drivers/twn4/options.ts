import { z } from 'zod';
import { portWish } from '../ports/port-wish.ts';

/** `drivers.twn4` of the configuration. */
export const twn4Options = z.strictObject({
  /** Serial ports that are assigned to this driver. */
  ports: z.array(portWish).default([]),
});
