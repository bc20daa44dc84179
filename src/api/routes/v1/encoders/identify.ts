import { z } from 'zod';
import { identifyEncoder } from '../../../../attempts/identify.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import { idParameter } from '../../../wire/fields.ts';

export const encodersIdentify = defineOperation({
  path: '/v1/encoders/identify',
  methods: POSTS,
  scopes: ['scan'],
  summary: 'Makes an encoder light up and sound three times, so that a person sees which one it is',
  input: z.object({
    acs_encoder_id: idParameter,
    /** One light only; absent: both, one after the other. */
    cue: z.enum(['success', 'failure']).optional(),
  }),
  /** The answer comes at once; the signs go on for so long. */
  output: z.object({ lasts_ms: z.int() }),
  handle: ({ input: { acs_encoder_id, cue }, desk }) => ({
    lasts_ms: identifyEncoder(desk, acs_encoder_id, cue),
  }),
});
