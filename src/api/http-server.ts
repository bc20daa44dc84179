import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Logger } from '../log.ts';
import { ApiError, errorBody, notFound, toApiError } from './errors.ts';
import type { Gate } from './gate.ts';
import { MAX_BODY_BYTES } from './limits.ts';
import { refuse } from './live.ts';
import type { Method } from './operation.ts';
import type { Place } from './places.ts';

/** Room for the cookies of every other program on localhost, bytes. */
const MAX_HEADER_BYTES = 32 * 1024;

/** A whole request must have come after so many milliseconds. */
const REQUEST_WITHIN_MS = 15_000;

/** Every method that a request may come with. */
export const METHODS: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * An HTTP server that serves nothing yet: every request passes the gate before anything of it is read, bodies are JSON
 * and nothing else, and every error leaves in the envelope.
 */
export function createHttpServer(
  gate: Gate,
  placeOf: (target: string) => Place,
  log: Logger,
): FastifyInstance {
  const enter = (request: FastifyRequest, reply: FastifyReply) => admit(gate, placeOf, request, reply);
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
      enter(request, reply)
        .then(() => (reply.sent ? undefined : answerError(error, request, reply, log)))
        .catch((refusal) => answerError(refusal, request, reply, log));
    },
    clientErrorHandler(error, socket) {
      const isTooSlow = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
      // Browsers keep connections in store, and take an answer on one for that of what they ask next.
      if (isTooSlow && socket.bytesRead === 0) socket.destroy();
      if (!socket.writable) return;
      refuse(socket, isTooSlow ? tooSlow() : notHttp(error.message));
    },
  });
  // Seam's documented examples send GET with a JSON body.
  server.addHttpMethod('GET', { hasBody: true, overrideExisting: true });
  acceptOnlyJson(server);
  answerErrors(server, log);
  server.addHook('onRequest', enter);
  return server;
}

/** RFC 9110, section 15.5.9. */
const tooSlow = () =>
  new ApiError('request_timeout', 'The request did not come to its end in time. Send it again.');

const notHttp = (detail: string) =>
  new ApiError('bad_request', `This is not HTTP that can be understood (${detail}).`);

/** What every request passes first; a page that was let in, or knocks at a door, may read the answer, also when it is an error. */
async function admit(
  gate: Gate,
  placeOf: (target: string) => Place,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const place = placeOf(request.raw.url ?? '');
  reply.header('seam-request-id', request.id);
  reply.header('x-content-type-options', 'nosniff');
  reply.header('cache-control', 'no-store');
  reply.header('cross-origin-resource-policy', place === 'public' ? 'cross-origin' : 'same-origin');
  const { origin, isAllowed } = gate.admit(request.raw, place);
  if (place === 'public') reply.header('access-control-allow-origin', '*');
  if (origin === null) return;
  if (place !== 'public') {
    reply.header('access-control-allow-origin', origin);
    reply.header('vary', 'origin');
  }
  reply.header('access-control-expose-headers', 'seam-request-id, retry-after');
  if (request.method === 'OPTIONS') {
    reply.header('access-control-allow-methods', METHODS.join(', '));
    reply.header('access-control-allow-headers', request.headers['access-control-request-headers'] ?? '');
    const asksForLoopback = request.headers['access-control-request-private-network'] === 'true';
    if (asksForLoopback && (isAllowed || place === 'door')) {
      reply.header('access-control-allow-private-network', 'true');
    }
    reply.header('access-control-max-age', '600');
    await reply.code(204).send();
  }
}

function acceptOnlyJson(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(body.length === 0 ? null : new ApiError('invalid_content_type', ONLY_JSON), undefined);
  });
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length === 0) return done(null, undefined);
    try {
      checkEncoding(request.headers);
      const parsed: unknown = JSON.parse(UTF_8.decode(Buffer.from(body)));
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

/** Throws for bytes that are not UTF-8, where others would read other characters. A byte order mark is no JSON (RFC 8259, section 8.1). */
const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Throws `invalid_content_type` for a body that is compressed, in whichever way that is said, or in other characters than JSON has. */
function checkEncoding(headers: IncomingHttpHeaders): void {
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding.trim().toLowerCase() !== 'identity') {
    throw new ApiError(
      'invalid_content_type',
      `Send the body as it is, without Content-Encoding: "${encoding}" is not read here.`,
    );
  }
  const transfer = headers['transfer-encoding'] ?? 'chunked';
  if (transfer.trim().toLowerCase() !== 'chunked') {
    throw new ApiError(
      'invalid_content_type',
      `Send the body in chunks, or whole: the transfer coding "${transfer}" is not read here.`,
    );
  }
  const charset = /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(headers['content-type'] ?? '')?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
    throw new ApiError(
      'invalid_content_type',
      `Send the body in UTF-8, as JSON always is (RFC 8259): the charset "${charset}" is not read here.`,
    );
  }
}

/** Said of every other body, but for an empty one: Seam's clients call that a form. */
const ONLY_JSON = 'Send the body as JSON, with Content-Type: application/json.';

/** No operation needs more; much more would overflow the stack of whatever walks through it. */
const MAX_NESTING = 32;

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((part) => isDeeperThan(levels - 1, part));
}

/** Every error leaves as the JSON envelope. */
function answerErrors(server: FastifyInstance, log: Logger): void {
  server.setErrorHandler((error, request, reply) => answerError(error, request, reply, log));
  server.setNotFoundHandler(({ url }) => {
    throw notFound(url.split('?')[0] ?? '');
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
      return new ApiError('invalid_content_type', ONLY_JSON);
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
