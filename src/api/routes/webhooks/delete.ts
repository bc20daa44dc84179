import { z } from 'zod';
import { deleteWebhook } from '../../../site/webhooks.ts';
import { DELETES, defineOperation } from '../../operation.ts';
import { idParameter } from '../../wire/fields.ts';

export const webhooksDelete = defineOperation({
  path: '/webhooks/delete',
  methods: DELETES,
  scopes: ['manage'],
  summary: 'Takes a webhook away, with what was still to be delivered to it',
  input: z.object({ webhook_id: idParameter }),
  output: z.object({}),
  handle: ({ input, desk: { site } }) => {
    deleteWebhook(site, input.webhook_id);
    return {};
  },
});
