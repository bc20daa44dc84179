import { z } from 'zod';
import { revokeClientSession } from '../../../site/client-sessions.ts';
import { defineOperation, POSTS } from '../../operation.ts';
import { idParameter } from '../../wire/fields.ts';

export const clientSessionsRevoke = defineOperation({
  path: '/client_sessions/revoke',
  methods: POSTS,
  scopes: ['manage'],
  needsApiKey: true,
  isForAdminPage: true,
  summary: 'Ends a client session at once; it stays in the list',
  input: z.object({ client_session_id: idParameter }),
  output: z.object({}),
  handle: ({ input, desk: { site } }) => {
    revokeClientSession(site, input.client_session_id);
    return {};
  },
});
