import { z } from 'zod';
import { updateWebhook } from '../../../site/webhooks.ts';
import { defineOperation, PUTS } from '../../operation.ts';
import { idParameter } from '../../wire/fields.ts';
import { eventTypesParameter } from '../../wire/webhook.ts';

export const webhooksUpdate = defineOperation({
  path: '/webhooks/update',
  methods: PUTS,
  scopes: ['manage'],
  summary: 'Says anew of which events a webhook hears from now on',
  input: z.object({ webhook_id: idParameter, event_types: eventTypesParameter }),
  output: z.object({}),
  handle: ({ input, desk: { site } }) => {
    updateWebhook(site, input.webhook_id, input.event_types);
    return {};
  },
});
