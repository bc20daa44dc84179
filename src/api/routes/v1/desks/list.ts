import { z } from 'zod';
import { defineOperation, POSTS } from '../../../operation.ts';
import { pairedDesk, toPairedDesk } from '../../../wire/paired-desk.ts';

export const desksList = defineOperation({
  path: '/v1/desks/list',
  methods: POSTS,
  isRead: true,
  scopes: ['admin'],
  summary: 'The desks that have this site for their backend',
  needsApiKey: true,
  isForAdminPage: true,
  input: z.object({}),
  output: z.object({ desks: z.array(pairedDesk) }),
  handle: ({ desk: { site } }) => ({ desks: site.store.pairedDesks.list().map(toPairedDesk) }),
});
