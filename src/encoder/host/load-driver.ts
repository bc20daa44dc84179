import { z } from 'zod';
import type { CreateDriver, DriverContext, EncoderDriver } from '../contract.ts';
import { EncoderError } from '../errors.ts';

/** Imports the driver's module by its URL and creates the driver. Rejects with `driver_unavailable`, and what to do about it. */
export async function loadDriver(module: string, context: DriverContext): Promise<EncoderDriver> {
  try {
    const { createDriver } = driverModule.parse(await import(module));
    return createDriver(context);
  } catch (error) {
    if (error instanceof EncoderError) throw error;
    throw new EncoderError('driver_unavailable', cureFor(error), { cause: error });
  }
}

const driverModule = z.object({
  createDriver: z.custom<CreateDriver>(
    (value) => typeof value === 'function',
    'createDriver is not exported',
  ),
});

const errorWithCode = z.object({ code: z.string(), message: z.string() });

function cureFor(error: unknown): string {
  const { data } = errorWithCode.safeParse(error);
  const message =
    (data?.message ?? (error instanceof Error ? error.message : String(error))).split('\n')[0] ?? '';
  const missing = /Cannot find (?:package|module) '([^']+)'/.exec(message)?.[1];
  if (data !== undefined && /MODULE_NOT_FOUND$/.test(data.code) && missing !== undefined) {
    return `${missing} is not installed; run npm install in the folder of encoderd and start it again`;
  }
  if (data?.code === 'ERR_DLOPEN_FAILED' || message.includes('Could not locate the bindings file')) {
    return `a native package is not built for this Node.js; run npm rebuild in the folder of encoderd and start it again (${message})`;
  }
  return `it could not be created: ${message}`;
}
