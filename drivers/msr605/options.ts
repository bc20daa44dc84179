import { z } from 'zod';
import { portWish } from '../ports/port-wish.ts';

const bitsPerInch = z.literal([75, 210]);
const bitsPerCharacter = z.literal([5, 6, 7, 8]);

/** `drivers.msr605` of the configuration. */
export const msr605Options = z.strictObject({
  /** Serial ports that are assigned to this driver: an MSR605 and an MSR206 look like any serial adapter. */
  ports: z.array(portWish).default([]),
  /** Of the stripes that are written: high has 2750 to 4000 oersted and is black, low has 300 and is brown. */
  coercivity: z.enum(['high', 'low']).default('high'),
  /** Of tracks 1, 2 and 3; ISO/IEC 7811-2 has the default. */
  bits_per_inch: z.tuple([bitsPerInch, bitsPerInch, bitsPerInch]).default([210, 75, 210]),
  /** With their parity, of tracks 1, 2 and 3; ISO/IEC 7811-2 has the default. */
  bits_per_character: z.tuple([bitsPerCharacter, bitsPerCharacter, bitsPerCharacter]).default([7, 5, 5]),
});

export type Msr605Options = z.infer<typeof msr605Options>;
