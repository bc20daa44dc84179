import { z } from 'zod';
import { getOrCreateClientSession } from '../../../site/new-client-sessions.ts';
import { defineOperation, POSTS } from '../../operation.ts';
import {
  clientSession,
  sessionParameters,
  toClientSession,
  toNewClientSession,
} from '../../wire/client-session.ts';

export const clientSessionsGetOrCreate = defineOperation({
  path: '/client_sessions/get_or_create',
  methods: POSTS,
  scopes: ['manage'],
  needsApiKey: true,
  hasSecretAnswer: true,
  summary: 'A further token of the client session that is the same and not over; else a new session',
  input: z.object(sessionParameters),
  output: z.object({ client_session: clientSession }),
  handle: ({ input, desk, client }) => {
    const { session, token } = getOrCreateClientSession(desk.site, client, toNewClientSession(input, desk));
    return { client_session: toClientSession(session, desk, token) };
  },
});
