import { z } from 'zod';
import { findEncoder } from '../../../../site/encoders.ts';
import { defineOperation, READS } from '../../../operation.ts';
import { acsEncoder, toAcsEncoder } from '../../../wire/acs-encoder.ts';
import { idParameter } from '../../../wire/fields.ts';

export const acsEncodersGet = defineOperation({
  path: '/acs/encoders/get',
  methods: READS,
  scopes: ['read'],
  summary: 'One encoder',
  input: z.object({ acs_encoder_id: idParameter }),
  output: z.object({ acs_encoder: acsEncoder }),
  handle: ({ input, desk: { site } }) => ({
    acs_encoder: toAcsEncoder(findEncoder(site, input.acs_encoder_id), site),
  }),
});
