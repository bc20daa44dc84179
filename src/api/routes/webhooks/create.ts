import { z } from 'zod';
import { EVERY_EVENT } from '../../../model/webhook.ts';
import { createWebhook } from '../../../site/webhooks.ts';
import { defineOperation, POSTS } from '../../operation.ts';
import { eventTypesParameter, toWebhook, webhook } from '../../wire/webhook.ts';

export const webhooksCreate = defineOperation({
  path: '/webhooks/create',
  methods: POSTS,
  scopes: ['manage'],
  summary: 'Posts events to a URL from now on, signed with the secret that is in the answer',
  input: z.object({ url: z.url(), event_types: eventTypesParameter.default([EVERY_EVENT]) }),
  output: z.object({ webhook }),
  handle: ({ input, desk: { site } }) => ({
    webhook: toWebhook(createWebhook(site, { url: input.url, eventTypes: input.event_types })),
  }),
});
