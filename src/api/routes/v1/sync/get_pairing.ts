import { z } from 'zod';
import { defineOperation, POSTS } from '../../../operation.ts';
import { pairing, toPairing } from '../../../wire/pairing.ts';

export const syncGetPairing = defineOperation({
  path: '/v1/sync/get_pairing',
  methods: POSTS,
  isRead: true,
  scopes: ['admin'],
  summary: 'How it stands with pairing this desk, since the daemon started',
  needsApiKey: true,
  hasSecretAnswer: true,
  input: z.object({}),
  output: z.object({ pairing }),
  handle: ({ desk }) => ({ pairing: toPairing(desk.pairing.state()) }),
});
