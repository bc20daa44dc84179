import { z } from 'zod';
import { checkWiegandOptions, wiegandOptions } from '../ports/wiegand-options.ts';

/** `drivers.pcprox` of the configuration: how the bits of a card become its number. */
export const pcproxOptions = z
  .strictObject({
    ...wiegandOptions,
    /** How long a reader holds the number of a card that it does not see any more, in milliseconds. More, where cards that lie still come and go. */
    hold_ms: z
      .int()
      .min(400, 'Expected 400 to 5000 ms: a card that taps the reader must be seen')
      .max(5_000, 'Expected 400 to 5000 ms: a card that was taken away must be gone')
      .default(768),
  })
  .superRefine(checkWiegandOptions);
