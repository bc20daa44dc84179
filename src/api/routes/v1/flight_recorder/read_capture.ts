import { z } from 'zod';
import { ApiError } from '../../../errors.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import { capture, toCapture, toCaptureLine } from '../../../wire/capture.ts';
import { idParameter } from '../../../wire/fields.ts';

export const flightRecorderReadCapture = defineOperation({
  path: '/v1/flight_recorder/read_capture',
  methods: POSTS,
  isRead: true,
  scopes: ['admin'],
  needsApiKey: true,
  summary: 'What a capture holds so far; it is forgotten a minute after its end',
  input: z.object({
    capture_id: idParameter,
    /** How many lines are known already. */
    after: z.int().min(0).default(0),
    limit: z.int().min(1).max(5000).default(5000),
  }),
  output: z.object({
    capture,
    /** As they stand in the file: docs/flight-recorder.md. */
    lines: z.array(z.record(z.string(), z.unknown())),
    /** The `after` of the next request. */
    next: z.int(),
    /** Nothing more will come. */
    is_over: z.boolean(),
  }),
  handle: async ({ input: { capture_id, after, limit }, desk: { recorder } }) => {
    await recorder.gather();
    const read = recorder.captures.read(capture_id, after, limit);
    if (read === null)
      throw new ApiError('not_found', `There is no capture ${capture_id}, or it was forgotten.`);
    const { lines, next, isOver } = read;
    return {
      capture: toCapture(read.capture),
      lines: lines.map(toCaptureLine),
      next,
      is_over: isOver && lines.length < limit,
    };
  },
});
