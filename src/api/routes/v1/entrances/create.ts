import { z } from 'zod';
import { createEntrance } from '../../../../site/entrances.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import { acsEntrance, entranceNameParameter, toAcsEntrance } from '../../../wire/acs-entrance.ts';

export const entrancesCreate = defineOperation({
  path: '/v1/entrances/create',
  methods: POSTS,
  scopes: ['manage'],
  summary: 'Makes an entrance, and gives it the number by which locks and cards know it',
  input: z.object({ display_name: entranceNameParameter }),
  output: z.object({ acs_entrance: acsEntrance }),
  handle: ({ input, desk: { site } }) => ({
    acs_entrance: toAcsEntrance(createEntrance(site, input.display_name), site),
  }),
});
