import { z } from 'zod';
import { findEncoder } from '../../../../site/encoders.ts';
import { ApiError } from '../../../errors.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import { capture, toCapture } from '../../../wire/capture.ts';
import { idParameter } from '../../../wire/fields.ts';

export const flightRecorderStartCapture = defineOperation({
  path: '/v1/flight_recorder/start_capture',
  methods: POSTS,
  scopes: ['admin'],
  needsApiKey: true,
  summary:
    'Captures what passes at an encoder from now on, for a while; with its payload only where that is asked for',
  input: z.object({
    acs_encoder_id: idParameter,
    /** Then it ends by itself. */
    seconds: z.int().min(1).max(3600).default(60),
    /** Every byte: the capture may hold keys of cards, their numbers, and what is on them. */
    with_payload: z.boolean().default(false),
  }),
  output: z.object({ capture }),
  handle: ({ input: { acs_encoder_id, seconds, with_payload }, desk: { site, recorder } }) => {
    const encoder = findEncoder(site, acs_encoder_id);
    const { captures } = recorder;
    if (captures.isRunning(encoder.id, with_payload)) {
      const message = `${encoder.name} is being captured already. Wait for the end of that, or stop it.`;
      throw new ApiError('encoder_busy', message);
    }
    const started = captures.start(encoder.id, seconds, with_payload);
    if (started === null) {
      throw new ApiError(
        'encoder_offline',
        `${encoder.name} has not been attached since the daemon started.`,
      );
    }
    return { capture: toCapture(started) };
  },
});
