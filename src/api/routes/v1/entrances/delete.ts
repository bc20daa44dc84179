import { z } from 'zod';
import { deleteEntrance } from '../../../../site/entrances.ts';
import { DELETES, defineOperation } from '../../../operation.ts';
import { idParameter } from '../../../wire/fields.ts';

export const entrancesDelete = defineOperation({
  path: '/v1/entrances/delete',
  methods: DELETES,
  scopes: ['manage'],
  summary: 'Removes an entrance; its number is never given to another one',
  input: z.object({ acs_entrance_id: idParameter }),
  output: z.object({}),
  handle: ({ input, desk: { site } }) => {
    deleteEntrance(site, input.acs_entrance_id);
    return {};
  },
});
