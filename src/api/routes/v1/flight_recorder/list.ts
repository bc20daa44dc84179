import { z } from 'zod';
import { defineOperation, POSTS } from '../../../operation.ts';
import { idParameter } from '../../../wire/fields.ts';
import { flightRecord, toFlightRecord } from '../../../wire/flight-record.ts';

export const flightRecorderList = defineOperation({
  path: '/v1/flight_recorder/list',
  methods: POSTS,
  isRead: true,
  scopes: ['admin'],
  summary:
    'What passed at the encoders last and what else happened, 10,000 records at most, oldest first, without keys, card numbers and what is on cards',
  input: z.object({
    /** Only records with a greater sequence. */
    after: z.int().min(0).default(0),
    /** Of these, the first ones. */
    limit: z.int().min(1).max(10_000).default(1000),
    acs_encoder_id: idParameter.optional(),
  }),
  output: z.object({
    records: z.array(flightRecord),
    /** Of the last record that there is. Less than `after`: the daemon was started again, and counts from 1. */
    last_sequence: z.int(),
  }),
  handle: async ({ input: { after, limit, acs_encoder_id }, desk: { recorder } }) => {
    await recorder.gather();
    const first = after > recorder.last ? 0 : after;
    const records = recorder.after(first, limit, acs_encoder_id).map(toFlightRecord);
    return { records, last_sequence: recorder.last };
  },
});
