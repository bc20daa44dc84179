import { z } from 'zod';
import { DELIVERY_STATES } from '../../../../../model/webhook.ts';
import { defineOperation, READS } from '../../../../operation.ts';
import {
  idParameter,
  pageParameters,
  pagination,
  toPageRequest,
  toPagination,
} from '../../../../wire/fields.ts';
import { toWebhookDelivery, webhookDelivery } from '../../../../wire/webhook.ts';

export const webhooksDeliveriesList = defineOperation({
  path: '/v1/webhooks/deliveries/list',
  methods: READS,
  scopes: ['manage'],
  summary: 'What was and is to be delivered to webhooks, in the order in which it happened',
  input: z.object({
    webhook_id: idParameter.optional(),
    state: z.enum(DELIVERY_STATES).optional(),
    ...pageParameters,
  }),
  output: z.object({ webhook_deliveries: z.array(webhookDelivery), pagination }),
  handle: ({ input, desk: { site } }) => {
    const filter = { webhookId: input.webhook_id, state: input.state };
    const page = site.store.deliveries.list(filter, toPageRequest(input));
    return {
      webhook_deliveries: page.rows.map((delivery) => toWebhookDelivery(delivery, site)),
      pagination: toPagination(page),
    };
  },
});
