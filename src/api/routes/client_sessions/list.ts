import { z } from 'zod';
import { defineOperation, READS } from '../../operation.ts';
import { clientSession, toClientSession, userIdentifierKeyParameter } from '../../wire/client-session.ts';
import {
  EMPTY_PAGE,
  idParameter,
  pageParameters,
  pagination,
  toPageRequest,
  toPagination,
} from '../../wire/fields.ts';

export const clientSessionsList = defineOperation({
  path: '/client_sessions/list',
  methods: READS,
  scopes: ['manage'],
  needsApiKey: true,
  isForAdminPage: true,
  summary: 'The client sessions, in the order in which they were made; also those that are over',
  input: z.object({
    client_session_id: idParameter.optional(),
    connect_webview_id: z.string().optional(),
    user_identifier_key: userIdentifierKeyParameter.optional(),
    user_identity_id: idParameter.optional(),
    without_user_identifier_key: z.boolean().optional(),
    /** Only those that were neither revoked nor have run out. */
    is_active: z.boolean().optional(),
    ...pageParameters,
  }),
  output: z.object({ client_sessions: z.array(clientSession), pagination }),
  handle: ({ input, desk }) => {
    const filter = {
      id: input.client_session_id,
      userIdentifierKey: input.user_identifier_key,
      userIdentityId: input.user_identity_id,
      isWithoutUserIdentifierKey: input.without_user_identifier_key,
      activeAt: input.is_active === true ? desk.site.clock.now() : undefined,
    };
    // A desk has no webviews, so no session is of one.
    const page =
      input.connect_webview_id === undefined
        ? desk.site.store.clientSessions.list(filter, toPageRequest(input))
        : EMPTY_PAGE;
    return {
      client_sessions: page.rows.map((session) => toClientSession(session, desk)),
      pagination: toPagination(page),
    };
  },
});
