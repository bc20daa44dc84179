import { z } from 'zod';
import { defineOperation, READS } from '../operation.ts';
import { isoTime, toIsoTime } from '../wire/fields.ts';
import { syncSummary, toSyncSummary } from '../wire/sync.ts';

export const health = defineOperation({
  path: '/health',
  methods: READS,
  scopes: null,
  summary: 'Whether the daemon works, which drivers do, and whether a backend has heard of everything',
  input: z.object({}),
  output: z.object({
    msg: z.string(),
    /** `unavailable`: no card can be written or read; `encoderctl site-keys list` says why. */
    site_keys: z.enum(['available', 'unavailable']),
    /** How many events were given up on their way to a webhook; `encoderctl webhooks deliveries` lists them. */
    given_up_deliveries: z.int(),
    sync: syncSummary,
    /** Encoders whose wire is captured now. */
    captures: z.array(z.object({ acs_encoder_id: z.uuid(), with_payload: z.boolean(), ends_at: isoTime })),
    drivers: z.array(
      z.object({
        driver: z.string(),
        state: z.enum(['starting', 'running', 'unavailable']),
        reason: z.string().optional(),
      }),
    ),
  }),
  handle: ({ desk }) => ({
    msg: 'encoderd is working',
    site_keys: desk.hasSiteKeys() ? ('available' as const) : ('unavailable' as const),
    given_up_deliveries: desk.site.store.deliveries.count('given_up'),
    sync: toSyncSummary(desk.sync.status()),
    captures: desk.recorder.captures.running().map(({ encoderId, withPayload, endsAt }) => ({
      ...{ acs_encoder_id: encoderId, with_payload: withPayload, ends_at: toIsoTime(endsAt) },
    })),
    drivers: [...desk.encoders.drivers()],
  }),
});
