import { z } from 'zod';
import { sessionFor } from '../../../site/client-sessions.ts';
import { defineOperation, READS } from '../../operation.ts';
import { clientSession, toClientSession, userIdentifierKeyParameter } from '../../wire/client-session.ts';
import { idParameter } from '../../wire/fields.ts';

export const clientSessionsGet = defineOperation({
  path: '/client_sessions/get',
  methods: READS,
  scopes: ['read', 'scan', 'encode', 'manage'],
  isOwn: true,
  summary: 'One client session, by its id or its user identifier key; a session itself sees its own only',
  input: z.object({
    client_session_id: idParameter.optional(),
    user_identifier_key: userIdentifierKeyParameter.optional(),
  }),
  output: z.object({ client_session: clientSession }),
  handle: ({ input, desk, client }) => {
    const name = { id: input.client_session_id, userIdentifierKey: input.user_identifier_key };
    return { client_session: toClientSession(sessionFor(desk.site, client, name), desk) };
  },
});
