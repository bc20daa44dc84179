import { z } from 'zod';
import { createClientSession } from '../../../site/new-client-sessions.ts';
import { defineOperation, PUTS } from '../../operation.ts';
import {
  clientSession,
  sessionParameters,
  toClientSession,
  toNewClientSession,
} from '../../wire/client-session.ts';

export const clientSessionsCreate = defineOperation({
  path: '/client_sessions/create',
  methods: PUTS,
  scopes: ['manage'],
  needsApiKey: true,
  hasSecretAnswer: true,
  summary: 'Makes a client session, with a token by which a web page may use the desk for a while',
  input: z.object(sessionParameters),
  output: z.object({ client_session: clientSession }),
  handle: ({ input, desk, client }) => {
    const { session, token } = createClientSession(desk.site, client, toNewClientSession(input, desk));
    return { client_session: toClientSession(session, desk, token) };
  },
});
