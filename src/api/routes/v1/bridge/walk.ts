import { z } from 'zod';
import { walkPage } from '../../../../site/feed.ts';
import { deskOfKey } from '../../../../site/paired-desks.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import { bridgeItem } from '../../../wire/resource.ts';

export const bridgeWalk = defineOperation({
  path: '/v1/bridge/walk',
  methods: POSTS,
  scopes: ['bridge'],
  summary: 'A part of everything that a paired desk must know; things come after those that they name',
  needsApiKey: true,
  input: z.object({
    /** Where the last part ended; null: from the beginning. */
    position: z.string().max(200).nullable().default(null),
  }),
  output: z.object({
    items: z.array(bridgeItem).readonly(),
    /** Null: this was the last part. */
    position: z.string().nullable(),
  }),
  handle: ({ input, desk: { site }, client }) => {
    deskOfKey(site, client.apiKeyId);
    return walkPage(site, input.position);
  },
});
