import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import type { Logger } from '../log.ts';
import type { Caller } from '../model/caller.ts';
import { ApiError, notFound } from './errors.ts';
import type { Gate } from './gate.ts';
import { createHttpServer, METHODS } from './http-server.ts';
import { KeptAnswers } from './kept-answers.ts';
import { tokenOf } from './knock.ts';
import { Live } from './live.ts';
import { createMetrics } from './metrics.ts';
import { openApi } from './openapi.ts';
import { type Desk, type Operation, personalInput, runOperation } from './operation.ts';
import { pathOf, placeFinder } from './places.ts';
import { queryDecoder } from './query.ts';
import { operations } from './routes/index.ts';
import type { TlsListener, TlsOptions } from './tls-listener.ts';
import { unsupportedOperations } from './unsupported.ts';
import { readWebFiles, serveWebFiles } from './web-files.ts';

export interface ApiOptions {
  /** 0: any free port. */
  readonly port: number;
  readonly maxConnections: number;
  /** Listens with TLS as well; null: it does not. */
  readonly tls: TlsOptions | null;
}

export interface Api extends AsyncDisposable {
  /** `http://127.0.0.1:3375` */
  readonly url: string;
  /** `https://127.0.0.1:3376`; null: it listens with TLS nowhere. */
  readonly tlsUrl: string | null;
}

/**
 * Serves every operation over HTTP and over the WebSocket, on loopback only. Rejects when the port is taken; where TLS cannot be had,
 * the log says so, and it is left out.
 */
export async function startApi(desk: Desk, gate: Gate, options: ApiOptions, log: Logger): Promise<Api> {
  const server = createHttpServer(gate, placeFinder(operations), log);

  const metrics = createMetrics(desk);
  const kept = new KeptAnswers(desk.site);
  const everything = [...operations, ...unsupportedOperations];
  serve(server, everything, desk, gate, kept);
  let document: object | undefined;
  serveWebFiles(server, readWebFiles());
  server.get('/openapi.json', () => {
    document ??= openApi(operations);
    return document;
  });
  server.get('/metrics', async (request, reply) => {
    const caller = callerOf(request, gate);
    gate.permit(caller, METRICS.scopes);
    personalInput(METRICS, {}, caller);
    return reply.type(metrics.contentType).send(await metrics.text());
  });

  const live = new Live(desk, gate, everything, log);
  server.server.on('upgrade', (request, socket, head) => live.upgrade(request, socket, head));
  server.server.maxConnections = options.maxConnections;
  try {
    await server.listen({ host: '127.0.0.1', port: options.port });
  } catch (error) {
    await live[Symbol.asyncDispose]();
    await server.close();
    throw error;
  }
  const port = portOf(server.server);
  const secure = options.tls === null ? null : await openTls(server.server, options.tls, options, log);
  gate.open(port, secure?.port);
  return {
    url: `http://127.0.0.1:${port}`,
    tlsUrl: secure === null ? null : `https://127.0.0.1:${secure.port}`,
    async [Symbol.asyncDispose]() {
      await live[Symbol.asyncDispose]();
      await server.close();
      await secure?.[Symbol.asyncDispose]();
    },
  };
}

async function openTls(
  http: Server,
  tls: TlsOptions,
  { maxConnections }: ApiOptions,
  log: Logger,
): Promise<TlsListener | null> {
  const { listenWithTls } = await import('./tls-listener.ts');
  try {
    return await listenWithTls(http, tls, maxConnections);
  } catch (error) {
    log.warn({ port: tls.port, err: error }, 'TLS cannot be had here, the daemon goes on without');
    return null;
  }
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('The API listens on no port.');
  return address.port;
}

/**
 * One route for all of them: their paths have no parameters, so a map finds them, and hundreds of routes would make every start slower.
 */
function serve(
  server: FastifyInstance,
  operations: readonly Operation[],
  desk: Desk,
  gate: Gate,
  kept: KeptAnswers,
): void {
  const served = new Map<string, ServedOperation>(
    operations.map((operation) => [operation.path, withDecoder(operation)]),
  );
  const find = ({ url }: FastifyRequest): ServedOperation => {
    const path = pathOf(url);
    const found = served.get(path);
    if (found === undefined) throw notFound(path);
    return found;
  };
  const route: Omit<RouteOptions, 'url'> = {
    method: [...METHODS, 'OPTIONS', 'TRACE'],
    // Before a body is read: who asks, and may they?
    onRequest: async (request, reply) => {
      const { operation } = find(request);
      const asked = request.method === 'HEAD' ? 'GET' : request.method;
      if (!operation.methods.some((method) => method === asked)) {
        reply.header('allow', allowedMethods(operation));
        throw new ApiError(
          'method_not_allowed',
          `Use ${operation.methods.join(' or ')} for ${operation.path}.`,
        );
      }
      if (operation.scopes !== null) gate.permit(callerOf(request, gate), operation.scopes);
      else if (operation.isForAnyOrigin === true) countKnock(request, gate);
      else if (operation.isForStrangers === true) gate.count('strangers');
      // What any web page can make a browser send must not keep everybody else out.
      else gate.count(`anybody ${request.headers['sec-fetch-site'] ?? ''}`);
    },
    handler: async (request, reply) => {
      const { operation, decode } = find(request);
      const client = operation.scopes === null ? NOBODY : callerOf(request, gate);
      const input = { ...decode(queryOf(request.raw)), ...asObject(request.body) };
      const key = request.headers['idempotency-key'];
      const run = () => runOperation(operation, input, desk, client, request.headers.origin ?? null);
      const { methods, hasSecretAnswer = false, isForAnyOrigin = false } = operation;
      const isKept = !methods.includes('GET') && !hasSecretAnswer && !isForAnyOrigin;
      const isKeyed = typeof key === 'string' && request.method === 'POST' && isKept;
      const answer = isKeyed
        ? await kept.once(
            { clientId: client.id, key, requestId: request.id, path: operation.path, input },
            run,
          )
        : await run();
      return reply.code(answer.status).send(answer.body);
    },
  };
  server.route({ ...route, url: '/*' });
  for (const { path, mostBodyBytes } of operations) {
    if (mostBodyBytes !== undefined) server.route({ ...route, url: path, bodyLimit: mostBodyBytes });
  }
}

interface ServedOperation {
  readonly operation: Operation;
  /** Made when it is needed first. */
  readonly decode: ReturnType<typeof queryDecoder>;
}

function withDecoder(operation: Operation): ServedOperation {
  let decode: ReturnType<typeof queryDecoder> | undefined;
  return {
    operation,
    decode: (query) => {
      decode ??= queryDecoder(operation.input);
      return decode(query);
    },
  };
}

/** For the header Allow (RFC 9110, section 10.2.1). */
function allowedMethods({ methods }: Operation): string {
  return methods.flatMap((method) => (method === 'GET' ? [method, 'HEAD'] : [method])).join(', ');
}

/** Who asks where no key is needed. */
const NOBODY: Caller = {
  ...{ id: '', name: '', scopes: [], apiKeyId: '' },
  userIdentityIds: null,
  expiresAt: null,
};

/** The figures for Prometheus, which are no JSON and so no operation. */
const METRICS = { path: '/metrics', scopes: ['read'] } as const;

/** Throws as Gate.identify does. */
function callerOf({ headers }: FastifyRequest, gate: Gate): Caller {
  return gate.identify(tokenOf(headers), headers.origin ?? null);
}

/** Pages of one origin, and then all of them together, knock no more often than anybody may ask. */
function countKnock({ headers }: FastifyRequest, gate: Gate): void {
  gate.count(`door ${headers.origin ?? ''}`);
  gate.count('doors');
}

function queryOf({ url }: IncomingMessage): URLSearchParams {
  return new URLSearchParams((url ?? '').split('?').slice(1).join('?'));
}

function asObject(body: unknown): object {
  if (body === undefined || body === null) return {};
  if (typeof body === 'object' && !Array.isArray(body)) return body;
  throw new ApiError('invalid_input', 'The body must be a JSON object.');
}
