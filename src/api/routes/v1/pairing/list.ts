import { z } from 'zod';
import { showCode, waitingPages } from '../../../../site/page-pairings.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import { idParameter } from '../../../wire/fields.ts';
import { pagePairing, toPagePairing } from '../../../wire/page-pairing.ts';

const shownPairing = pagePairing
  .extend({
    /** What is to be typed into the page; null: nobody asked to see it, or the page asks for more than the caller may do. */
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
  input: z.object({
    /** Only this one. */
    pairing_id: idParameter.optional(),
    /** A code is good from the moment that it is shown: whoever only wants to see who asks leaves it hidden. */
    show_codes: z.boolean().default(true),
  }),
  output: z.object({ pairings: z.array(shownPairing) }),
  handle: ({ input, client, desk: { site } }) => ({
    pairings: waitingPages(site)
      .filter(({ id }) => input.pairing_id === undefined || id === input.pairing_id)
      .map((pairing) => ({
        ...toPagePairing(pairing),
        code: input.show_codes ? showCode(site.store, pairing, client.scopes) : null,
      })),
  }),
});
