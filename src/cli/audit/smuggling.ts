import { type Attack, type Finding, HELD, hole } from './attack.ts';
import type { Target } from './target.ts';
import { brief, talk } from './wire.ts';

const ADVICE =
  'Two programs that read one request in two ways can be played off against each other: refuse it, and end the connection (RFC 9112, section 11.2).';

/** Requests as bytes; `HOST` is an honest Host. Each must be answered once, with a refusal, or not at all. */
const REQUESTS: readonly (readonly [id: string, name: string, bytes: string])[] = [
  [
    'length-and-chunks',
    'tells a length and sends chunks',
    'POST /v1/hello HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /v1/hello HTTP/1.1\r\nHost: HOST\r\n\r\n',
  ],
  [
    'two-lengths',
    'tells two lengths',
    'POST /v1/hello HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\nContent-Length: 0\r\nContent-Length: 2\r\n\r\n{}',
  ],
  [
    'list-length',
    'tells two lengths in one',
    'POST /v1/hello HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\nContent-Length: 2, 2\r\n\r\n{}',
  ],
  [
    'signed-length',
    'tells a length with a sign',
    'POST /v1/hello HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\nContent-Length: +2\r\n\r\n{}',
  ],
  [
    'negative-length',
    'tells a negative length',
    'POST /v1/hello HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\nContent-Length: -1\r\n\r\n',
  ],
  [
    'chunks-not-last',
    'sends chunks inside of something else',
    'POST /v1/hello HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n',
  ],
  [
    'odd-chunks',
    'sends chunks of a kind that there is not',
    'POST /v1/hello HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n',
  ],
  [
    'chunk-size',
    'sends a chunk whose size is no number',
    'POST /v1/hello HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n',
  ],
  [
    'folded',
    'folds a header over two lines',
    'GET /v1/hello HTTP/1.1\r\nHost: rebound.example,\r\n HOST\r\n\r\n',
  ],
  [
    'space-before-colon',
    'puts a space before the colon of a header',
    'GET /v1/hello HTTP/1.1\r\nHost : HOST\r\n\r\n',
  ],
  ['bare-cr', 'ends a line with CR alone', 'GET /v1/hello HTTP/1.1\r\nHost: HOST\rX: y\r\n\r\n'],
  ['bare-lf', 'ends lines with LF alone', 'GET /v1/hello HTTP/1.1\nHost: HOST\n\n'],
  [
    'null-byte',
    'puts a null byte into a header',
    'GET /v1/hello HTTP/1.1\r\nHost: HOST\r\nX: a\u0000b\r\n\r\n',
  ],
  [
    'header-name',
    'puts a control character into the name of a header',
    'GET /v1/hello HTTP/1.1\r\nHost: HOST\r\nX\u0001: y\r\n\r\n',
  ],
  ['first-line', 'begins with a space', ' GET /v1/hello HTTP/1.1\r\nHost: HOST\r\n\r\n'],
  ['old', 'speaks HTTP/0.9', 'GET /v1/hello\r\n\r\n'],
  ['tomorrow', 'speaks HTTP/9.9', 'GET /v1/hello HTTP/9.9\r\nHost: HOST\r\n\r\n'],
  [
    'http2',
    'speaks HTTP/2',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\u0000\u0000\u0000\u0004\u0000\u0000\u0000\u0000\u0000',
  ],
  ['tls', 'speaks TLS', '\u0016\u0003\u0001\u0000\u0005\u0001\u0000\u0000\u0001\u0000\r\n\r\n'],
  [
    'method',
    'uses a method that there is not',
    'STEAL /v1/hello HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n',
  ],
  [
    'trace',
    'wants to see its own request (TRACE)',
    'TRACE /v1/hello HTTP/1.1\r\nHost: HOST\r\nCookie: mark-of-trace\r\nConnection: close\r\n\r\n',
  ],
  [
    'connect',
    'wants the daemon to connect it to others (CONNECT)',
    'CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: HOST\r\n\r\n',
  ],
  [
    'surplus',
    'sends more than it said',
    'GET /nowhere HTTP/1.1\r\nHost: HOST\r\nContent-Length: 0\r\n\r\nsurplus\r\n\r\n',
  ],
  [
    'websocket-then-more',
    'sends a request behind a refused upgrade',
    'GET /live HTTP/1.1\r\nHost: rebound.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\nGET /v1/hello HTTP/1.1\r\nHost: HOST\r\n\r\n',
  ],
  [
    'upgrade-method',
    'asks for a WebSocket with POST',
    'POST /live HTTP/1.1\r\nHost: HOST\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nContent-Length: 0\r\n\r\n',
  ],
  [
    'upgrade-version',
    'asks for a WebSocket of another version',
    'GET /live HTTP/1.1\r\nHost: HOST\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 99\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  ],
  [
    'upgrade-no-key',
    'asks for a WebSocket without a key for it',
    'GET /live HTTP/1.1\r\nHost: HOST\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n',
  ],
];

export const attacks: readonly Attack[] = [
  ...REQUESTS.map(
    ([id, name, bytes]): Attack => ({
      ...{ id: `smuggling-${id}`, name, family: 'smuggling', pace: 'quick' },
      run: (target) => send(target, bytes),
    }),
  ),
  {
    ...{ id: 'smuggling-upgrade', family: 'smuggling', pace: 'quick' },
    name: 'wants to go on in a protocol that there is not',
    run: unknownProtocols,
  },
];

async function send(target: Target, bytes: string): Promise<Finding> {
  const text = Buffer.from(bytes.replaceAll('HOST', target.host), 'latin1');
  const {
    answers,
    text: said,
    isEnded,
  } = await talk(target.address, text, { untilEnd: true, withinMs: 2000 });
  if (said.includes('mark-of-trace')) return hole('it was sent back with what it carried', ADVICE);
  const admitted = answers.find(({ status }) => status < 400);
  if (admitted !== undefined) return hole(`it got ${admitted.status}: ${brief(said, 300)}`, ADVICE);
  return isEnded || answers.length > 0 ? HELD : hole(`it was waited for, and not refused`, ADVICE);
}

/** A protocol that is not spoken is passed over (RFC 9110, section 7.8); it must not be agreed to. */
async function unknownProtocols(target: Target): Promise<Finding> {
  for (const upgrade of ['h2c', 'TLS/1.3', 'websocket2', 'IRC/6.9']) {
    const { answers } = await target.send({
      target: '/v1/hello',
      headers: { connection: 'Upgrade, close', upgrade },
    });
    if (answers[0]?.status === 101) return hole(`the daemon agreed to speak ${upgrade}`, ADVICE);
  }
  return HELD;
}
