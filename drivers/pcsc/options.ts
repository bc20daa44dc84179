import { z } from 'zod';

/** `drivers.pcsc` in the configuration. */
export const pcscOptions = z.strictObject({});
