import { z } from 'zod';
import { ApiError } from '../../../errors.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import { idParameter } from '../../../wire/fields.ts';

export const flightRecorderStopCapture = defineOperation({
  path: '/v1/flight_recorder/stop_capture',
  methods: POSTS,
  scopes: ['admin'],
  needsApiKey: true,
  summary: 'Ends a capture; what it holds can be read for a minute more',
  input: z.object({ capture_id: idParameter }),
  output: z.object({}),
  handle: async ({ input: { capture_id }, desk: { recorder } }) => {
    await recorder.gather();
    if (!recorder.captures.stop(capture_id)) {
      throw new ApiError('not_found', `There is no capture ${capture_id}, or it was forgotten.`);
    }
    return {};
  },
});
