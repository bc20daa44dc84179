import { z } from 'zod';
import { defineOperation, READS } from '../../operation.ts';
import { toWebhook, webhook } from '../../wire/webhook.ts';

export const webhooksList = defineOperation({
  path: '/webhooks/list',
  methods: READS,
  scopes: ['manage'],
  summary: 'Webhooks with their secrets, in the order in which they were made',
  input: z.object({}),
  output: z.object({ webhooks: z.array(webhook) }),
  handle: ({ desk: { site } }) => ({ webhooks: site.store.webhooks.list().map(toWebhook) }),
});
