import { z } from 'zod';
import { encoderRecords } from '../../../../site/encoder-health.ts';
import { recentStrain } from '../../../../site/encoder-strain.ts';
import { defineOperation, READS } from '../../../operation.ts';
import { encoderHealth, toEncoderHealth } from '../../../wire/encoder-health.ts';

export const encodersListHealth = defineOperation({
  path: '/v1/encoders/list_health',
  methods: READS,
  scopes: ['read'],
  summary:
    'How each encoder is doing: its attempts of the last 7 days, its last failure, how steadily it is attached, and whether it wears out',
  input: z.object({}),
  output: z.object({ encoder_health: z.array(encoderHealth) }),
  handle: ({ desk: { site, encoders, recorder } }) => {
    const strainOf = recentStrain(site, recorder.strain.counted);
    return {
      encoder_health: encoderRecords(site).map((record) => {
        const { id } = record.encoder;
        return toEncoderHealth(record, encoders.steadiness(id), strainOf(id));
      }),
    };
  },
});
