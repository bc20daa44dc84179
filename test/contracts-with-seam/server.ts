import { createServer } from 'node:net';
import { createFake } from '@seamapi/fake-seam-connect';
import { z } from 'zod';
import { Desk } from '../stories/desk.ts';

/** A server that speaks Seam's API, and what of it requests may name. */
export interface SeamServer extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
  readonly systemId: string;
  readonly entranceId: string;
  /** Of a kind that clients wait for. */
  readonly attemptId: string;
  /** A new access group; returns the id. */
  group(): Promise<string>;
}

export interface ServerAnswer {
  readonly status: number;
  /** An empty object for what is no JSON. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** Sends JSON, or nothing but the query for a method that has no body. */
export async function ask(
  { url, token }: { readonly url: string; readonly token: string | null },
  method: string,
  path: string,
  parameters: Readonly<Record<string, unknown>>,
): Promise<ServerAnswer> {
  const hasBody = method !== 'GET' && method !== 'DELETE';
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(parameters)) query.append(key, String(value));
  const response = await fetch(`${url}${path}${hasBody || query.size === 0 ? '' : `?${query}`}`, {
    method,
    headers: {
      connection: 'close',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(hasBody ? { 'content-type': 'application/json' } : {}),
    },
    ...(hasBody ? { body: JSON.stringify(parameters) } : {}),
  });
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  const text = await response.text();
  return { status: response.status, body: isJson ? z.looseObject({}).parse(JSON.parse(text)) : {} };
}

/** Our daemon, with virtual encoders. */
export async function startOurs(): Promise<SeamServer> {
  const desk = await Desk.open();
  const made = async (path: string, body: object, kind: string) =>
    String(Object(Object((await desk.raw.post(path, body)).body)[kind])[`${kind}_id`]);
  return {
    url: desk.url,
    token: desk.token,
    systemId: desk.systemId,
    entranceId: await made('/v1/entrances/create', { display_name: 'Door' }, 'acs_entrance'),
    attemptId: await made(
      '/acs/encoders/scan_credential',
      { acs_encoder_id: desk.encoderId },
      'action_attempt',
    ),
    group: () => {
      const group = { name: `Group ${crypto.randomUUID()}`, acs_entrance_ids: [] };
      return made('/v1/access_groups/create', group, 'acs_access_group');
    },
    [Symbol.asyncDispose]: () => desk[Symbol.asyncDispose](),
  };
}

/** Seam's own fake, in this process, with its seed. */
export async function startTheirs(): Promise<SeamServer> {
  const fake = await createFake();
  const {
    seed_workspace_1: workspace_id,
    visionline_acs_system_1: acs_system_id,
    ...seed
  } = await fake.seed();
  const { database } = fake;
  const { acs_entrance_id } = database.addAcsEntrance({ acs_system_id, workspace_id, display_name: 'Door' });
  const attempt: unknown = database.addActionAttempt({
    ...{ action_type: 'LOCK_DOOR', status: 'pending', workspace_id },
  });
  // It takes no port 0.
  const { serverUrl: url } = await fake.startServer({ port: await freePort() });
  return {
    ...{ url, token: seed.seam_apikey1_token, systemId: acs_system_id },
    ...{ entranceId: acs_entrance_id, attemptId: String(Object(attempt).action_attempt_id) },
    group: async () => {
      const kind = { external_type: 'salto_ks_access_group', workspace_id, acs_system_id } as const;
      return database.addAcsAccessGroup({ ...kind, name: 'Group' }).acs_access_group_id;
    },
    [Symbol.asyncDispose]: () => fake.stopServer(),
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}
