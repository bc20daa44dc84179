import { z } from 'zod';
import type { Station } from './station.ts';

const status = z.looseObject({
  state: z.enum(['off', 'connecting', 'working', 'offline', 'stopped']),
  waiting: z.int(),
  refused: z.int(),
  hint: z.string().nullable(),
  problem: z.looseObject({ retry_at: z.string().nullable() }).nullable(),
  mirror: z.looseObject({ walked_at: z.string().nullable() }),
});

/** How a desk stands with its backend, by `/v1/sync/status`. */
export async function syncStatus(desk: Station): Promise<z.output<typeof status>> {
  return (await desk.ask('/v1/sync/status', {}, z.object({ sync: status }))).sync;
}
