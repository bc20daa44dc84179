import { z } from 'zod';
import { deleteClientSession } from '../../../site/client-sessions.ts';
import { DELETES, defineOperation } from '../../operation.ts';
import { idParameter } from '../../wire/fields.ts';

export const clientSessionsDelete = defineOperation({
  path: '/client_sessions/delete',
  methods: DELETES,
  scopes: ['manage'],
  needsApiKey: true,
  summary: 'Ends a client session at once, and forgets it',
  input: z.object({ client_session_id: idParameter }),
  output: z.object({}),
  handle: ({ input, desk: { site } }) => {
    deleteClientSession(site, input.client_session_id);
    return {};
  },
});
