import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Logger } from '../log.ts';
import { ApiError, errorBody, toApiError } from './errors.ts';
import { bearerToken, type Gate } from './gate.ts';
import { KeptAnswers } from './kept-answers.ts';
import { MAX_BODY_BYTES } from './limits.ts';
import { Live, refuse } from './live.ts';
import { createMetrics } from './metrics.ts';
import { openApi } from './openapi.ts';
import { type Desk, type Method, type Operation, runOperation } from './operation.ts';
import { queryDecoder } from './query.ts';
import { operations } from './routes/index.ts';

/** Room for the cookies of every other program on localhost, bytes. */
const MAX_HEADER_BYTES = 32 * 1024;

/** A whole request must have come after so many milliseconds. */
const REQUEST_WITHIN_MS = 15_000;

const METHODS: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

export interface ApiOptions {
  /** 0: any free port. */
  readonly port: number;
  readonly maxConnections: number;
}

export interface Api extends AsyncDisposable {
  /** `http://127.0.0.1:3375` */
  readonly url: string;
}

/** Serves every operation over HTTP and over the WebSocket, on loopback only. Rejects when the port is taken. */
export async function startApi(desk: Desk, gate: Gate, options: ApiOptions, log: Logger): Promise<Api> {
  const server = Fastify({
    logger: false,
    bodyLimit: MAX_BODY_BYTES,
    genReqId: () => randomUUID(),
    forceCloseConnections: true,
    requestTimeout: REQUEST_WITHIN_MS,
    routerOptions: { caseSensitive: true, ignoreTrailingSlash: false },
    // A request without a Host is refused by the gate, which says so in the envelope; Node.js would not.
    http: {
      maxHeaderSize: MAX_HEADER_BYTES,
      // Half a request holds a connection no longer than this.
      headersTimeout: 5000,
      requestTimeout: REQUEST_WITHIN_MS,
      connectionsCheckingInterval: 1000,
      requireHostHeader: false,
      // Whoever offers another protocol, as curl does HTTP/2, is answered in HTTP/1.1.
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
    },
    // A URL that cannot be read comes here and passes no hook; the gate is for it as well.
    frameworkErrors(error, request, reply) {
      enter(gate, request, reply)
        .then(() => (reply.sent ? undefined : answerError(error, request, reply, log)))
        .catch((refusal) => answerError(refusal, request, reply, log));
    },
    clientErrorHandler(error, socket) {
      if (!socket.writable) return;
      const refusal = new ApiError(
        'bad_request',
        `This is not HTTP that can be understood (${error.message}).`,
      );
      refuse(socket, refusal);
    },
  });
  // Seam's documented examples send GET with a JSON body.
  server.addHttpMethod('GET', { hasBody: true, overrideExisting: true });
  acceptOnlyJson(server);
  answerErrors(server, log);
  server.addHook('onRequest', async (request, reply) => enter(gate, request, reply));

  const metrics = createMetrics(desk);
  const kept = new KeptAnswers(desk.site);
  for (const operation of operations) serve(server, operation, desk, gate, kept);
  const document = openApi(operations);
  server.get('/openapi.json', () => document);
  server.get('/metrics', async (request, reply) => {
    gate.permit(gate.identify(bearerToken(request.headers)), 'read');
    return reply.type(metrics.contentType).send(await metrics.text());
  });

  const live = new Live(desk, gate, operations, log);
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
  gate.open(port);
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      await live[Symbol.asyncDispose]();
      await server.close();
    },
  };
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('The API listens on no port.');
  return address.port;
}

/** What every request passes first; an allowed page may read the answer, also when it is an error. */
async function enter(gate: Gate, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.header('seam-request-id', request.id);
  reply.header('x-content-type-options', 'nosniff');
  reply.header('cache-control', 'no-store');
  reply.header('cross-origin-resource-policy', 'same-origin');
  const origin = gate.admit({
    peerAddress: request.socket.remoteAddress,
    target: request.raw.url,
    headers: request.headers,
  });
  if (origin === null) return;
  reply.header('access-control-allow-origin', origin);
  reply.header('access-control-expose-headers', 'seam-request-id, retry-after');
  reply.header('vary', 'origin');
  if (request.method === 'OPTIONS') {
    reply.header('access-control-allow-methods', METHODS.join(', '));
    reply.header('access-control-allow-headers', request.headers['access-control-request-headers'] ?? '');
    reply.header('access-control-allow-private-network', 'true');
    reply.header('access-control-max-age', '600');
    await reply.code(204).send();
  }
}

function acceptOnlyJson(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    if (body === '') return done(null, undefined);
    try {
      const parsed: unknown = JSON.parse(body.toString());
      if (isDeeperThan(MAX_NESTING, parsed)) {
        throw new ApiError('invalid_input', `The body is nested more than ${MAX_NESTING} levels deep.`);
      }
      done(null, parsed);
    } catch (error) {
      const detail = error instanceof Error ? error.message : '';
      done(
        error instanceof ApiError
          ? error
          : new ApiError('invalid_json', `The body is not valid JSON: ${detail}`),
      );
    }
  });
}

/** No operation needs more; much more would overflow the stack of whatever walks through it. */
const MAX_NESTING = 32;

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((part) => isDeeperThan(levels - 1, part));
}

/** Every error leaves as the JSON envelope. */
function answerErrors(server: FastifyInstance, log: Logger): void {
  server.setErrorHandler((error, request, reply) => answerError(error, request, reply, log));
  server.setNotFoundHandler((request) => {
    throw new ApiError(
      'not_found',
      `There is no ${request.url.split('?')[0]} here. See /openapi.json for what there is.`,
    );
  });
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply, log: Logger) {
  const refusal = toApiError(error) ?? fromFastify(error);
  if (refusal.type === 'internal_server_error')
    log.error({ request: request.id, err: error }, 'request failed');
  const retryAfter = refusal.details.data?.['retry_after_seconds'];
  if (refusal.type === 'too_many_requests' && retryAfter !== undefined) {
    reply.header('retry-after', String(retryAfter));
  }
  return reply.code(refusal.status).send(errorBody(refusal, request.id));
}

function fromFastify(error: unknown): ApiError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new ApiError('payload_too_large', `The body is larger than ${MAX_BODY_BYTES} bytes.`);
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new ApiError(
        'invalid_content_type',
        'Send the body as JSON, with Content-Type: application/json.',
      );
    default:
      if (error instanceof Error && isCallersMistake(error)) {
        return new ApiError('bad_request', error.message);
      }
      return new ApiError(
        'internal_server_error',
        'Something failed here that should not. The log has more.',
      );
  }
}

/** Fastify says by a status of 4xx that it refused a request, and was not broken by it. */
function isCallersMistake(error: Error): boolean {
  const status = 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' && status >= 400 && status < 500;
}

function serve(
  server: FastifyInstance,
  operation: Operation,
  desk: Desk,
  gate: Gate,
  kept: KeptAnswers,
): void {
  const decode = queryDecoder(operation.input);
  server.route({
    method: [...METHODS],
    url: operation.path,
    // Before a body is read: who asks, and may they?
    onRequest: async (request) => {
      const asked = request.method === 'HEAD' ? 'GET' : request.method;
      if (!operation.methods.some((method) => method === asked)) {
        throw new ApiError(
          'method_not_allowed',
          `Use ${operation.methods.join(' or ')} for ${operation.path}.`,
        );
      }
      if (operation.scope !== null) gate.permit(gate.identify(bearerToken(request.headers)), operation.scope);
      // What any web page can make a browser send must not keep everybody else out.
      else gate.count(`anybody ${request.headers['sec-fetch-site'] ?? ''}`);
    },
    handler: async (request, reply) => {
      const client = operation.scope === null ? NOBODY : gate.identify(bearerToken(request.headers));
      const input = { ...decode(queryOf(request.raw)), ...asObject(request.body) };
      const key = request.headers['idempotency-key'];
      const run = () => runOperation(operation, input, desk, client);
      const isKeyed =
        typeof key === 'string' && request.method === 'POST' && !operation.methods.includes('GET');
      const answer = isKeyed
        ? await kept.once(
            { clientId: client.id, key, requestId: request.id, path: operation.path, input },
            run,
          )
        : await run();
      return reply.code(answer.status).send(answer.body);
    },
  });
}

/** Who asks where no key is needed. */
const NOBODY = { id: '', name: '', scopes: [], createdAt: 0, revokedAt: null };

function queryOf({ url }: IncomingMessage): URLSearchParams {
  return new URLSearchParams((url ?? '').split('?').slice(1).join('?'));
}

function asObject(body: unknown): object {
  if (body === undefined || body === null) return {};
  if (typeof body === 'object' && !Array.isArray(body)) return body;
  throw new ApiError('invalid_input', 'The body must be a JSON object.');
}
