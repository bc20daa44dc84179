import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { appendFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';

/**
 * A server that does everything wrong that a program on a desk can do wrong: it lets in whoever asks, from wherever and
 * in whatever form, waits for ever, keeps everything, and says and logs what it was told. The attack suite must find each of its holes.
 */
export interface OpenServer extends AsyncDisposable {
  readonly port: number;
}

export async function startOpenServer(stateDir: string, host = '127.0.0.1'): Promise<OpenServer> {
  const server = createServer(
    { insecureHTTPParser: true, requireHostHeader: false, maxHeaderSize: 16 * 1024 * 1024 },
    (request, response) => void answer(request, response, stateDir),
  );
  server.headersTimeout = 0;
  server.requestTimeout = 0;
  server.keepAliveTimeout = 0;
  server.maxHeadersCount = 0;
  const open = new Set<Duplex>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
  });
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}');
  });
  server.on('connect', (_request, socket: Duplex) => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
  server.on('upgrade', upgrade);
  server.listen(0, host);
  await once(server, 'listening');
  return {
    port: portOf(server),
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('It listens on no port.');
  return address.port;
}

const codes = new Map<string, string>();

/** Says yes, and everything that it knows. */
async function answer(request: IncomingMessage, response: ServerResponse, stateDir: string): Promise<void> {
  const body = await text(request).catch(() => null);
  if (body === null) return;
  const { url = '', headers, rawHeaders } = request;
  appendFileSync(join(stateDir, 'access.log'), `${url} ${headers.authorization}\n`);
  const said = JSON.stringify({ ok: true, url, headers: rawHeaders, body, ...given(url) });
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(said),
    'access-control-allow-origin': '*',
  });
  response.end(said);
}

function given(url: string): object {
  const client_session_id = randomUUID();
  const token = `seam_cst_${'x'.repeat(43)}`;
  if (url === '/v1/pairing/request') {
    const pairing_id = randomUUID();
    codes.set(pairing_id, '123456');
    return { pairing: { pairing_id, code: '123456' } };
  }
  if (url === '/v1/pairing/list') {
    return { pairings: [...codes].map(([pairing_id, code]) => ({ pairing_id, code })) };
  }
  if (url === '/v1/pairing/confirm') {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const desk_public_key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64url');
    return { client_session: { client_session_id }, token, desk_public_key };
  }
  return url === '/client_sessions/create' ? { client_session: { client_session_id, token } } : {};
}

const WEBSOCKET_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** Agrees to speak whatever is wanted; a WebSocket then answers each frame, however it is made, and never ends. */
function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const key = request.headers['sec-websocket-key'] ?? '';
  const accept = createHash('sha1').update(`${key}${WEBSOCKET_GUID}`).digest('base64');
  socket.write(
    [
      'HTTP/1.1 101 Switching Protocols',
      `Upgrade: ${request.headers.upgrade}`,
      'Connection: Upgrade',
      `Sec-WebSocket-Accept: ${accept}`,
      'Sec-WebSocket-Extensions: permessage-deflate',
    ]
      .join('\r\n')
      .concat('\r\n\r\n'),
  );
  let rest = head;
  const take = (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const frame = frameIn(rest);
      if (frame === null) return;
      rest = rest.subarray(frame.length);
      socket.write(textFrame(reply(frame.payload)));
    }
  };
  take(Buffer.alloc(0));
  socket.on('data', take);
}

function frameIn(bytes: Buffer): { readonly payload: string; readonly length: number } | null {
  if (bytes.length < 2) return null;
  const second = bytes.readUInt8(1);
  const short = second & 0x7f;
  const at = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (bytes.length < at) return null;
  const size =
    short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  const isMasked = second >= 0x80;
  const begin = at + (isMasked ? 4 : 0);
  if (bytes.length < begin + size) return null;
  const mask = bytes.subarray(at, begin);
  const payload = bytes
    .subarray(begin, begin + size)
    .map((byte, n) => byte ^ (isMasked ? (mask[n % 4] ?? 0) : 0));
  return { payload: Buffer.from(payload).toString(), length: begin + size };
}

function reply(payload: string): object {
  const { type, id } = Object(parsed(payload));
  if (type === 'authenticate') return { type: 'authenticated', sequence: 0, protocol: 1 };
  if (type === 'prove') return { type: 'proof', nonce: 'N'.repeat(43), signature: 'S'.repeat(86) };
  return { type: 'response', id: id ?? '1', ok: true };
}

function textFrame(value: object): Buffer {
  const payload = Buffer.from(JSON.stringify(value));
  const { length } = payload;
  const head = length < 126 ? [0x81, length] : [0x81, 126, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), payload]);
}

function parsed(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return null;
  }
}

/** As a program: it stands where everybody reaches it, so only ever in a network of its own. */
async function main(): Promise<void> {
  const stateDir = process.env['ENCODERD_STATE_DIR'] ?? '.';
  const { port } = await startOpenServer(stateDir, '0.0.0.0');
  createSocket('udp4').bind(0, '0.0.0.0');
  const url = `http://127.0.0.1:${port}`;
  writeFileSync(join(stateDir, 'daemon.json'), JSON.stringify({ url, pid: process.pid }));
  process.stdout.write(`${JSON.stringify({ msg: 'listening', url })}\n`);
}

if (process.argv[1] === import.meta.filename) await main();
