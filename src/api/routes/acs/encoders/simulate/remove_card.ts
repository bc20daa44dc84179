import { z } from 'zod';
import { defineOperation, POSTS } from '../../../../operation.ts';
import { simulatorOf } from '../../../../simulator.ts';
import { idParameter } from '../../../../wire/fields.ts';

export const acsEncodersSimulateRemoveCard = defineOperation({
  path: '/acs/encoders/simulate/remove_card',
  methods: POSTS,
  scopes: ['manage'],
  summary: 'Takes the card off a virtual encoder',
  input: z.object({ acs_encoder_id: idParameter }),
  output: z.object({}),
  handle: async ({ input, desk }) => {
    await simulatorOf(desk, input.acs_encoder_id).removeCard();
    return {};
  },
});
