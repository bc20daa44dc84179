import { z } from 'zod';
import { replayDelivery, replayGivenUp } from '../../../../../site/deliveries.ts';
import { defineOperation, POSTS } from '../../../../operation.ts';
import { idParameter, timeParameter } from '../../../../wire/fields.ts';

export const webhooksDeliveriesReplay = defineOperation({
  path: '/v1/webhooks/deliveries/replay',
  methods: POSTS,
  scopes: ['manage'],
  summary:
    'Sends one delivery once more, whatever came of it, or all that were given up on their way to a webhook, under their old ids',
  input: z
    .object({
      delivery_id: idParameter.optional(),
      webhook_id: idParameter.optional(),
      /** With webhook_id: only what happened then or later. */
      since: timeParameter.optional(),
    })
    .refine(
      (input) => (input.delivery_id === undefined) !== (input.webhook_id === undefined),
      'Must specify either delivery_id, or webhook_id with or without since',
    ),
  output: z.object({ replayed_count: z.int() }),
  handle: ({ input, desk: { site } }) => {
    if (input.webhook_id !== undefined) {
      return { replayed_count: replayGivenUp(site, input.webhook_id, input.since ?? 0) };
    }
    return { replayed_count: replayDelivery(site, input.delivery_id ?? '') };
  },
});
