import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError, notFound } from './errors.ts';

/** Where `npm run build` puts what browsers get. */
const BUILT = join(import.meta.dirname, '../../dist/web');

/** The client, which a page of any origin may read: there is nothing secret in it. */
export const CLIENT_PATH = '/client.js';

/** What the console may load and do: nothing of anybody else's, and nothing that is written into the page itself. */
const CONSOLE_POLICY = [
  "default-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** A file as it is sent. */
export interface WebFile {
  readonly bytes: Buffer;
  readonly type: string;
  /** In quotes, as the header has it (RFC 9110, section 8.8.3). */
  readonly etag: string;
}

/** The files by the path in their URL; none where they were not built. They are read once, and served from memory. */
export function readWebFiles(folder = BUILT): ReadonlyMap<string, WebFile> {
  const pages = join(folder, 'console');
  const client = join(folder, 'client.js');
  const files = new Map<string, WebFile>();
  if (!existsSync(client) || !existsSync(pages)) return files;
  files.set(CLIENT_PATH, read(client));
  for (const entry of readdirSync(pages, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(pages.length + 1).replaceAll('\\', '/');
    files.set(name === 'index.html' ? '/' : `/console/${name}`, read(path));
  }
  return files;
}

/** Serves the console at `/` and its parts under `/console/`, and the client at `/client.js`. */
export function serveWebFiles(server: FastifyInstance, files: ReadonlyMap<string, WebFile>): void {
  const handler = (request: FastifyRequest, reply: FastifyReply) => {
    // As it stands: what was tidied up could be another path than the gate has looked at.
    const path = request.url.split('?')[0] ?? '';
    const file = files.get(path);
    const isConsole = path === '/console' || path === '/console/';
    if (file === undefined && files.size > 0 && !isConsole) throw notFound(path);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      reply.header('allow', 'GET, HEAD');
      throw new ApiError('method_not_allowed', `Use GET for ${path}.`);
    }
    reply.headers(path === CLIENT_PATH ? CLIENT_HEADERS : CONSOLE_HEADERS);
    if (isConsole) return reply.redirect('/', 308);
    if (file === undefined) return reply.code(503).type('text/plain; charset=utf-8').send(NOT_BUILT);
    // The name of an asset changes with what is in it.
    const isNamedAfterContent = path.startsWith('/console/assets/');
    reply.header('cache-control', isNamedAfterContent ? 'private, max-age=31536000, immutable' : 'no-cache');
    reply.header('etag', file.etag);
    if (has(request.headers['if-none-match'], file.etag)) return reply.code(304).send();
    return reply.type(file.type).send(file.bytes);
  };
  for (const url of ['/', '/console', '/console/*', CLIENT_PATH]) server.all(url, handler);
}

/** Whether the browser has what is named so already, by the weak comparison (RFC 9110, section 13.1.2). */
function has(ifNoneMatch: string | undefined, etag: string): boolean {
  const held = ifNoneMatch?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  return held.includes('*') || held.includes(etag);
}

const NOT_BUILT =
  'The web pages of encoderd are not built on this computer. A technician can build them: npm run build. Then start encoderd again.\n';

const CLIENT_HEADERS = {
  'access-control-allow-origin': '*',
  'cross-origin-resource-policy': 'cross-origin',
  'x-content-type-options': 'nosniff',
};

const CONSOLE_HEADERS = {
  'content-security-policy': CONSOLE_POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

function read(path: string): WebFile {
  const bytes = readFileSync(path);
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
  return { bytes, type: TYPES[extname(path)] ?? 'application/octet-stream', etag };
}
