import { ask, type SeamServer, type ServerAnswer } from './server.ts';

type Body = Readonly<Record<string, unknown>>;

/** One operation that both servers have, asked for in a way that must work. */
export interface SharedOperation {
  readonly path: string;
  /** Seam's, besides POST. */
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly good: (server: SeamServer) => Body | Promise<Body>;
  /** The parameter that names something; null: none does. */
  readonly names: string | null;
}

const user = async (server: SeamServer): Promise<string> => {
  const body = { acs_system_id: server.systemId, full_name: 'Ada Lovelace' };
  return idIn(await ask(server, 'POST', '/acs/users/create', body), 'acs_user');
};
/** Nobody listens at this port. */
const HOOK = 'http://127.0.0.1:8/hook';
const webhook = async (server: SeamServer): Promise<string> =>
  idIn(await ask(server, 'POST', '/webhooks/create', { url: HOOK }), 'webhook');

const idIn = ({ body }: ServerAnswer, kind: string): string => String(Object(body[kind])[`${kind}_id`]);

const userIn = async (server: SeamServer): Promise<Body> => ({ acs_user_id: await user(server) });
const membership = async (server: SeamServer): Promise<Body> => ({
  acs_user_id: await user(server),
  acs_access_group_id: await server.group(),
});

export const SHARED_OPERATIONS: readonly SharedOperation[] = [
  { path: '/workspaces/get', method: 'GET', good: () => ({}), names: null },
  { path: '/workspaces/list', method: 'GET', good: () => ({}), names: null },
  { path: '/acs/systems/list', method: 'GET', good: () => ({}), names: null },
  {
    path: '/acs/systems/get',
    method: 'GET',
    good: ({ systemId }) => ({ acs_system_id: systemId }),
    names: 'acs_system_id',
  },
  {
    path: '/acs/users/create',
    method: 'POST',
    good: ({ systemId }) => ({ acs_system_id: systemId, full_name: 'Grace Hopper' }),
    names: 'acs_system_id',
  },
  {
    path: '/acs/users/list',
    method: 'GET',
    good: ({ systemId }) => ({ acs_system_id: systemId }),
    names: 'acs_system_id',
  },
  { path: '/acs/users/get', method: 'GET', good: userIn, names: 'acs_user_id' },
  {
    path: '/acs/users/update',
    method: 'PATCH',
    good: async (server) => ({ ...(await userIn(server)), full_name: 'Ada King' }),
    names: 'acs_user_id',
  },
  { path: '/acs/users/suspend', method: 'POST', good: userIn, names: 'acs_user_id' },
  { path: '/acs/users/unsuspend', method: 'POST', good: userIn, names: 'acs_user_id' },
  { path: '/acs/users/delete', method: 'DELETE', good: userIn, names: 'acs_user_id' },
  { path: '/acs/users/add_to_access_group', method: 'PUT', good: membership, names: 'acs_user_id' },
  {
    path: '/acs/users/remove_from_access_group',
    method: 'DELETE',
    good: async (server) => {
      const body = await membership(server);
      await ask(server, 'POST', '/acs/users/add_to_access_group', body);
      return body;
    },
    names: 'acs_user_id',
  },
  {
    path: '/acs/entrances/list',
    method: 'GET',
    good: ({ systemId }) => ({ acs_system_id: systemId }),
    names: 'acs_system_id',
  },
  {
    path: '/acs/entrances/get',
    method: 'GET',
    good: ({ entranceId }) => ({ acs_entrance_id: entranceId }),
    names: 'acs_entrance_id',
  },
  {
    path: '/acs/entrances/grant_access',
    method: 'POST',
    good: async (server) => ({ ...(await userIn(server)), acs_entrance_id: server.entranceId }),
    names: 'acs_entrance_id',
  },
  {
    path: '/action_attempts/get',
    method: 'GET',
    good: ({ attemptId }) => ({ action_attempt_id: attemptId }),
    names: 'action_attempt_id',
  },
  {
    path: '/action_attempts/list',
    method: 'GET',
    good: ({ attemptId }) => ({ action_attempt_ids: [attemptId] }),
    names: null,
  },
  {
    path: '/events/list',
    method: 'GET',
    good: () => ({ since: '2000-01-01T00:00:00.000Z' }),
    names: null,
  },
  {
    path: '/events/get',
    method: 'GET',
    good: async (server) => {
      await user(server);
      const since = { since: '2000-01-01T00:00:00.000Z' };
      const { events } = (await ask(server, 'POST', '/events/list', since)).body;
      return { event_id: Array.isArray(events) ? Object(events[0]).event_id : undefined };
    },
    names: 'event_id',
  },
  {
    path: '/webhooks/create',
    method: 'POST',
    good: () => ({ url: HOOK }),
    names: null,
  },
  {
    path: '/webhooks/get',
    method: 'GET',
    good: async (server) => ({ webhook_id: await webhook(server) }),
    names: 'webhook_id',
  },
  { path: '/webhooks/list', method: 'GET', good: () => ({}), names: null },
  {
    path: '/webhooks/delete',
    method: 'DELETE',
    good: async (server) => ({ webhook_id: await webhook(server) }),
    names: 'webhook_id',
  },
  {
    path: '/client_sessions/create',
    method: 'POST',
    good: () => ({ user_identifier_key: `page ${crypto.randomUUID()}` }),
    names: null,
  },
  {
    path: '/client_sessions/get_or_create',
    method: 'POST',
    good: () => ({ user_identifier_key: `page ${crypto.randomUUID()}` }),
    names: null,
  },
  {
    path: '/client_sessions/get',
    method: 'GET',
    good: async (server) => {
      const page = { user_identifier_key: `page ${crypto.randomUUID()}` };
      const made = await ask(server, 'POST', '/client_sessions/create', page);
      return { client_session_id: idIn(made, 'client_session') };
    },
    names: 'client_session_id',
  },
];
