import { z } from 'zod';
import { findEntrance } from '../../../../site/entrances.ts';
import { defineOperation, READS } from '../../../operation.ts';
import { acsEntrance, toAcsEntrance } from '../../../wire/acs-entrance.ts';
import { idParameter } from '../../../wire/fields.ts';

export const acsEntrancesGet = defineOperation({
  path: '/acs/entrances/get',
  methods: READS,
  scopes: ['read'],
  summary: 'One entrance',
  input: z.object({ acs_entrance_id: idParameter }),
  output: z.object({ acs_entrance: acsEntrance }),
  handle: ({ input, desk: { site } }) => ({
    acs_entrance: toAcsEntrance(findEntrance(site, input.acs_entrance_id), site),
  }),
});
