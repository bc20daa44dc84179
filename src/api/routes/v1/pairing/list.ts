import { z } from 'zod';
import { showCode, waitingPages } from '../../../../site/page-pairings.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import { pagePairing, toPagePairing } from '../../../wire/page-pairing.ts';

const shownPairing = pagePairing
  .extend({
    /** What is to be typed into the page; null: it asks for more than the caller may do. */
    code: z.string().nullable(),
  })
  .meta({ id: 'shown_page_pairing' });

export const pairingList = defineOperation({
  path: '/v1/pairing/list',
  methods: POSTS,
  scopes: ['manage'],
  isRead: true,
  summary: 'The web pages that ask to be let in, oldest first, with the codes for them',
  hasSecretAnswer: true,
  input: z.object({}),
  output: z.object({ pairings: z.array(shownPairing) }),
  handle: ({ client, desk: { site } }) => ({
    pairings: waitingPages(site).map((pairing) => ({
      ...toPagePairing(pairing),
      code: showCode(site.store, pairing, client.scopes),
    })),
  }),
});
