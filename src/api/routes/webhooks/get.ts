import { z } from 'zod';
import { findWebhook } from '../../../site/webhooks.ts';
import { defineOperation, READS } from '../../operation.ts';
import { idParameter } from '../../wire/fields.ts';
import { toWebhook, webhook } from '../../wire/webhook.ts';

export const webhooksGet = defineOperation({
  path: '/webhooks/get',
  methods: READS,
  scopes: ['manage'],
  summary: 'One webhook, with its secret',
  input: z.object({ webhook_id: idParameter }),
  output: z.object({ webhook }),
  handle: ({ input, desk: { site } }) => ({ webhook: toWebhook(findWebhook(site, input.webhook_id)) }),
});
