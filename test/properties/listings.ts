import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Desk } from '../stories/desk.ts';
import { newCard, StoryDesk } from '../stories/story-desk.ts';

/** Rows of one list that nobody else has to do with. */
export interface Scope {
  /** What the list is asked for, so that few other rows are in it. */
  readonly filter: object;
  /** Makes a row; resolves with its id. */
  insert(): Promise<string>;
  /** Null where rows stay. */
  readonly remove: ((id: string) => Promise<unknown>) | null;
}

/** A list that comes in pages. */
export interface Listing {
  readonly path: string;
  /** A filter that is answered in another way. */
  readonly by?: string;
  /** The envelope. */
  readonly key: string;
  /** The field that has a row's id. */
  readonly id: string;
  scope(desk: Desk): Promise<Scope>;
}

/** Asks, and resolves with the id of what was made. */
async function make(desk: Desk, path: string, body: object, key: string): Promise<string> {
  const id = `${key}_id`;
  const envelope = z.object({ [key]: z.looseObject({ [id]: z.string() }) });
  const made = (await desk.raw.ask(path, body, envelope))[key];
  return z.string().parse(made?.[id]);
}

async function remove(desk: Desk, path: string, body: object): Promise<void> {
  await desk.raw.ask(path, body, z.looseObject({}));
}

const newUser = (desk: Desk, full_name: string) =>
  make(desk, '/acs/users/create', { acs_system_id: desk.systemId, full_name }, 'acs_user');

/** Rows that a part of their name tells from all others. */
function searched(
  desk: Desk,
  rows: { readonly create: string; readonly remove: string; readonly key: string; readonly name: string },
): Scope {
  const mark = randomUUID();
  let made = 0;
  return {
    filter: { search: mark },
    insert: () => {
      made += 1;
      const body = { acs_system_id: desk.systemId, [rows.name]: `${mark} ${made}` };
      return make(desk, rows.create, body, rows.key);
    },
    remove: (id) => remove(desk, rows.remove, { [`${rows.key}_id`]: id }),
  };
}

const LONG_AFTER = { created_before: '2100-01-01T00:00:00Z' };

/** The lists of the desk that come in pages, but for those of encoders: nobody can make encoders. */
export const LISTINGS: readonly Listing[] = [
  {
    path: '/acs/users/list',
    key: 'acs_users',
    id: 'acs_user_id',
    scope: async (desk) =>
      searched(desk, {
        create: '/acs/users/create',
        remove: '/acs/users/delete',
        key: 'acs_user',
        name: 'full_name',
      }),
  },
  {
    path: '/acs/users/list',
    by: 'created_before',
    key: 'acs_users',
    id: 'acs_user_id',
    scope: async (desk) => ({
      filter: LONG_AFTER,
      insert: () => newUser(desk, 'Guest'),
      remove: (id) => remove(desk, '/acs/users/delete', { acs_user_id: id }),
    }),
  },
  {
    path: '/user_identities/list',
    key: 'user_identities',
    id: 'user_identity_id',
    scope: async (desk) =>
      searched(desk, {
        create: '/user_identities/create',
        remove: '/user_identities/delete',
        key: 'user_identity',
        name: 'full_name',
      }),
  },
  {
    path: '/acs/entrances/list',
    key: 'acs_entrances',
    id: 'acs_entrance_id',
    scope: async (desk) =>
      searched(desk, {
        create: '/v1/entrances/create',
        remove: '/v1/entrances/delete',
        key: 'acs_entrance',
        name: 'display_name',
      }),
  },
  {
    path: '/acs/credentials/list',
    key: 'acs_credentials',
    id: 'acs_credential_id',
    scope: async (desk) => {
      const acs_user_id = await newUser(desk, 'Holder');
      const order = { acs_user_id, access_method: 'card' };
      return {
        filter: { acs_user_id },
        insert: () => make(desk, '/acs/credentials/create', order, 'acs_credential'),
        remove: (id) => remove(desk, '/acs/credentials/delete', { acs_credential_id: id }),
      };
    },
  },
  {
    path: '/acs/credentials/list',
    by: 'created_before',
    key: 'acs_credentials',
    id: 'acs_credential_id',
    scope: async (desk) => {
      const acs_user_id = await newUser(desk, 'Holder');
      const order = { acs_user_id, access_method: 'cloud_key' };
      return {
        filter: LONG_AFTER,
        insert: () => make(desk, '/acs/credentials/create', order, 'acs_credential'),
        remove: (id) => remove(desk, '/acs/credentials/delete', { acs_credential_id: id }),
      };
    },
  },
  {
    path: '/client_sessions/list',
    key: 'client_sessions',
    id: 'client_session_id',
    scope: async (desk) => {
      const user_identifier_key = randomUUID();
      return {
        filter: { user_identifier_key },
        insert: () => make(desk, '/client_sessions/create', { user_identifier_key }, 'client_session'),
        remove: (id) => remove(desk, '/client_sessions/delete', { client_session_id: id }),
      };
    },
  },
  {
    path: '/action_attempts/list',
    key: 'action_attempts',
    id: 'action_attempt_id',
    scope: async (desk) => ({
      filter: {},
      insert: async () => {
        const order = { acs_encoder_id: desk.encoderId };
        const id = await make(desk, '/acs/encoders/scan_credential', order, 'action_attempt');
        await remove(desk, '/action_attempts/cancel', { action_attempt_id: id });
        return id;
      },
      remove: null,
    }),
  },
  {
    path: '/v1/card_writes/list',
    key: 'card_writes',
    id: 'card_write_id',
    scope: async (desk) => {
      const acs_user_id = await newUser(desk, 'Holder');
      const order = { acs_user_id, access_method: 'card' };
      const acs_credential_id = await make(desk, '/acs/credentials/create', order, 'acs_credential');
      const filter = { acs_credential_id };
      const card = newCard('uid_only');
      return {
        filter,
        insert: async () => {
          await using story = await StoryDesk.open(desk);
          await story.serve(await story.encode(filter), card);
          return newest(desk, '/v1/card_writes/list', filter, 'card_write');
        },
        remove: null,
      };
    },
  },
  {
    path: '/v1/webhooks/deliveries/list',
    key: 'webhook_deliveries',
    id: 'delivery_id',
    scope: async (desk) => {
      // Nobody listens at port 9, so that each stays to be delivered.
      const order = { url: 'http://127.0.0.1:8/', event_types: ['acs_user.created'] };
      const filter = { webhook_id: await make(desk, '/webhooks/create', order, 'webhook') };
      return {
        filter,
        insert: async () => {
          await newUser(desk, 'Guest');
          return newest(desk, '/v1/webhooks/deliveries/list', filter, 'webhook_delivery', 'delivery_id');
        },
        remove: null,
      };
    },
  },
];

/** The id of the last row of a list. */
async function newest(
  desk: Desk,
  path: string,
  filter: object,
  kind: string,
  id = `${kind}_id`,
): Promise<string> {
  const key = kind.endsWith('y') ? `${kind.slice(0, -1)}ies` : `${kind}s`;
  const envelope = z.object({ [key]: z.array(z.looseObject({ [id]: z.string() })) });
  return z.string().parse((await desk.raw.ask(path, filter, envelope))[key]?.at(-1)?.[id]);
}
