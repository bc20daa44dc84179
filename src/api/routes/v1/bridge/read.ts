import { z } from 'zod';
import { readItems } from '../../../../site/feed.ts';
import { deskOfKey } from '../../../../site/paired-desks.ts';
import { resourceName } from '../../../../sync/bridge-shapes.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import { bridgeItem, MOST_NAMES } from '../../../wire/resource.ts';

export const bridgeRead = defineOperation({
  path: '/v1/bridge/read',
  methods: POSTS,
  scopes: ['bridge'],
  summary: 'These things as they are now, in this order; a state of null: there is none',
  needsApiKey: true,
  input: z.object({ names: z.array(resourceName).max(MOST_NAMES) }),
  output: z.object({ items: z.array(bridgeItem).readonly() }),
  handle: ({ input, desk: { site }, client }) => {
    deskOfKey(site, client.apiKeyId);
    return { items: readItems(site, input.names) };
  },
});
