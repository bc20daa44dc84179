import { z } from 'zod';
import { newsAfter } from '../../../../site/feed.ts';
import { deskOfKey, noteSeen } from '../../../../site/paired-desks.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import { bridgeItem } from '../../../wire/resource.ts';

export const bridgeNews = defineOperation({
  path: '/v1/bridge/news',
  methods: POSTS,
  scopes: ['bridge'],
  summary:
    'What changed here since a place, each thing as it is now; history_differs: there is no such place; history_forgotten: that is too long ago',
  needsApiKey: true,
  input: z.object({
    cursor: z.string().max(200),
    /** Where this site's history was when it took messages of the desk last, as that report was told. */
    seen: z.string().max(200).nullable().default(null),
  }),
  output: z.object({
    items: z.array(bridgeItem).readonly(),
    cursor: z.string(),
    has_more: z.boolean(),
  }),
  handle: ({ input, desk: { site }, client }) => {
    noteSeen(site, deskOfKey(site, client.apiKeyId), null);
    const { items, cursor, hasMore } = newsAfter(site, input.cursor, input.seen);
    return { items, cursor, has_more: hasMore };
  },
});
