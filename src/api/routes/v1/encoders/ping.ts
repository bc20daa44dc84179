import { z } from 'zod';
import { pingEncoder } from '../../../../attempts/ping.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import { idParameter } from '../../../wire/fields.ts';

/** A request ends in good time, also with a slow device. */
const MOST_PINGS = 20;

export const encodersPing = defineOperation({
  path: '/v1/encoders/ping',
  methods: POSTS,
  scopes: ['scan'],
  isRead: true,
  summary: 'Asks an encoder something that it answers from itself, and says how long each answer took',
  input: z.object({
    acs_encoder_id: idParameter,
    count: z.int().min(1).max(MOST_PINGS).default(1),
  }),
  output: z.object({
    pings: z.array(
      z.object({
        /** In the words of the device's manual. */
        asked: z.string(),
        said: z.string(),
        /** At the device, without the way there. */
        took_ms: z.number(),
      }),
    ),
  }),
  handle: async ({ input: { acs_encoder_id, count }, desk }) => {
    const answers = await pingEncoder(desk, acs_encoder_id, count);
    return { pings: answers.map(({ asked, said, tookMs }) => ({ asked, said, took_ms: tookMs })) };
  },
});
