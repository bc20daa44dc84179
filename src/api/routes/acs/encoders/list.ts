import { z } from 'zod';
import { checkSystem } from '../../../../site/systems.ts';
import { defineOperation, READS } from '../../../operation.ts';
import { acsEncoder, toAcsEncoder } from '../../../wire/acs-encoder.ts';
import {
  EMPTY_PAGE,
  idParameter,
  pageParameters,
  pagination,
  toPageRequest,
  toPagination,
} from '../../../wire/fields.ts';

export const acsEncodersList = defineOperation({
  path: '/acs/encoders/list',
  methods: READS,
  scopes: ['read'],
  summary: 'The encoders that this desk has seen',
  input: z.object({
    acs_system_id: idParameter.optional(),
    acs_system_ids: z.array(idParameter).optional(),
    acs_encoder_ids: z.array(idParameter).optional(),
    ...pageParameters,
  }),
  output: z.object({ acs_encoders: z.array(acsEncoder), pagination }),
  handle: ({ input, desk: { site } }) => {
    for (const id of input.acs_system_ids ?? []) checkSystem(site, id);
    if (input.acs_system_id !== undefined) checkSystem(site, input.acs_system_id);
    const isNowhere = input.acs_system_ids?.length === 0;
    const page = isNowhere
      ? EMPTY_PAGE
      : site.store.encoders.list({ ids: input.acs_encoder_ids }, toPageRequest(input));
    return {
      acs_encoders: page.rows.map((encoder) => toAcsEncoder(encoder, site)),
      pagination: toPagination(page),
    };
  },
});
