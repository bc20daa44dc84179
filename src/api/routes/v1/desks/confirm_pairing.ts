import { z } from 'zod';
import { confirmPairing } from '../../../../site/pairing-requests.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import { pairedDesk, toPairedDesk } from '../../../wire/paired-desk.ts';

export const desksConfirmPairing = defineOperation({
  path: '/v1/desks/confirm_pairing',
  methods: POSTS,
  scopes: ['admin'],
  summary: 'Pairs the desk that shows this code; ten wrong codes within a minute lock this for a minute',
  needsApiKey: true,
  input: z.object({
    /** As it was read from the desk: small letters, spaces and hyphens do not matter. */
    code: z.string().trim().min(1).max(50),
  }),
  output: z.object({ desk: pairedDesk }),
  handle: ({ input, desk: { site } }) => ({ desk: toPairedDesk(confirmPairing(site, input.code)) }),
});
