import { z } from 'zod';
import { encoderRecords } from '../../../../site/encoder-health.ts';
import { defineOperation, READS } from '../../../operation.ts';
import { encoderHealth, toEncoderHealth } from '../../../wire/encoder-health.ts';

export const encodersListHealth = defineOperation({
  path: '/v1/encoders/list_health',
  methods: READS,
  scopes: ['read'],
  summary:
    'How each encoder is doing: its attempts of the last 7 days, its last failure, and how steadily it is attached',
  input: z.object({}),
  output: z.object({ encoder_health: z.array(encoderHealth) }),
  handle: ({ desk: { site, encoders } }) => ({
    encoder_health: encoderRecords(site).map((record) =>
      toEncoderHealth(record, encoders.steadiness(record.encoder.id)),
    ),
  }),
});
