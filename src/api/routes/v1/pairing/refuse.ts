import { z } from 'zod';
import { refusePagePairing } from '../../../../site/page-pairings.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import { idParameter } from '../../../wire/fields.ts';

export const pairingRefuse = defineOperation({
  path: '/v1/pairing/refuse',
  methods: POSTS,
  scopes: ['manage'],
  summary: 'Ends the request of a web page to be let in',
  input: z.object({ pairing_id: idParameter }),
  output: z.object({}),
  handle: ({ input, desk: { site } }) => {
    refusePagePairing(site, input.pairing_id);
    return {};
  },
});
