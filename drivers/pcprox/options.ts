import { z } from 'zod';

/** `drivers.pcprox` of the configuration. */
export const pcproxOptions = z.strictObject({});
