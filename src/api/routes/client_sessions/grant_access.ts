import { z } from 'zod';
import { grantAccess } from '../../../site/client-sessions.ts';
import { defineOperation, PATCHES } from '../../operation.ts';
import { accessParameters, clientSession, identitiesIn, toClientSession } from '../../wire/client-session.ts';
import { idParameter } from '../../wire/fields.ts';

export const clientSessionsGrantAccess = defineOperation({
  path: '/client_sessions/grant_access',
  methods: PATCHES,
  scopes: ['manage'],
  needsApiKey: true,
  summary:
    'Lets a client session act for further user identities; one that was bound to nobody is bound then',
  input: z
    .object({ client_session_id: idParameter.optional(), ...accessParameters })
    .refine(
      (input) => input.client_session_id !== undefined || input.user_identifier_key !== undefined,
      'Must specify either client_session_id or user_identifier_key',
    ),
  output: z.object({ client_session: clientSession }),
  handle: ({ input, desk }) => {
    const session = grantAccess(desk.site, {
      id: input.client_session_id,
      userIdentifierKey: input.user_identifier_key,
      userIdentityIds: identitiesIn(input, desk),
    });
    return { client_session: toClientSession(session, desk) };
  },
});
