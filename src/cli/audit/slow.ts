import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type Attack, type Finding, HELD, hole } from './attack.ts';
import { frameBytes, LiveWire, OPCODE, upgradeHeaders } from './live-wire.ts';
import { bearer, type Target } from './target.ts';
import { type Headers, requestText, talk } from './wire.ts';

const ADVICE =
  'End what does not come to an end: the head of a request after 5 s, a request after 15 s, a socket that has not authenticated after 3 s. Nobody should be able to hold the places of others for nothing.';

/** How long a daemon may take, milliseconds, on a busy computer: its limit, and as much again as it may be late. */
const HEAD_WITHIN_MS = 12_000;
const REQUEST_WITHIN_MS = 22_000;
const AUTHENTICATE_WITHIN_MS = 8000;
const REFUSED_WITHIN_MS = 6000;

/** Between two bytes of somebody slow. */
const DRIP_MS = 400;

export const attacks: readonly Attack[] = [
  attack('nothing', 'connects, and says nothing', (target) => held(target, '', HEAD_WITHIN_MS)),
  attack('half-line', 'connects, and says half a line', (target) =>
    held(target, 'GET /heal', HEAD_WITHIN_MS),
  ),
  attack('half-head', 'sends half the head of a request', (target) =>
    held(target, `GET /health HTTP/1.1\r\nHost: ${target.host}\r\n`, HEAD_WITHIN_MS),
  ),
  attack('dripping-head', 'sends a header letter by letter for ever', (target) =>
    held(target, `GET /health HTTP/1.1\r\nHost: ${target.host}\r\nX-Slow: `, HEAD_WITHIN_MS, drip('a')),
  ),
  attack('dripping-lines', 'sends header after header for ever', (target) =>
    held(target, `GET /health HTTP/1.1\r\nHost: ${target.host}\r\n`, HEAD_WITHIN_MS, drip('X-a: b\r\n')),
  ),
  attack('half-body', 'sends half the body of a request', (target) =>
    held(target, begun(target, { 'content-length': '1000' }, '{"a":'), REQUEST_WITHIN_MS),
  ),
  attack('dripping-body', 'sends a body letter by letter for ever', (target) =>
    held(target, begun(target, { 'content-length': '60000' }, '{"a":"'), REQUEST_WITHIN_MS, drip('a')),
  ),
  attack('dripping-chunks', 'sends chunk after chunk for ever', (target) =>
    held(
      target,
      begun(target, { 'transfer-encoding': 'chunked' }, ''),
      REQUEST_WITHIN_MS,
      drip('1\r\n \r\n'),
    ),
  ),
  attack('second-request', 'sends a good request, and half of the next', (target) =>
    held(
      target,
      `${requestText({ target: '/nowhere', headers: { host: target.host } })}GET /heal`,
      HEAD_WITHIN_MS,
    ),
  ),
  attack('refused-upgrade', 'is refused a WebSocket, and never closes its half', (target) =>
    held(target, upgradeFor(target, { origin: 'https://evil.example' }), REFUSED_WITHIN_MS),
  ),
  attack('silent-socket', 'opens a WebSocket, and says nothing', (target) =>
    held(target, upgradeFor(target, {}), AUTHENTICATE_WITHIN_MS),
  ),
  attack('pinging-socket', 'opens a WebSocket, and does nothing but ping', (target) =>
    held(
      target,
      upgradeFor(target, {}),
      AUTHENTICATE_WITHIN_MS,
      drip(frameBytes('x', { opcode: OPCODE.ping })),
    ),
  ),
  attack('dripping-socket', 'opens a WebSocket, and sends its first message byte by byte', (target) =>
    held(target, upgradeFor(target, {}), AUTHENTICATE_WITHIN_MS, dripOf(frameBytes('x'.repeat(120)))),
  ),
  attack('fragment-socket', 'opens a WebSocket, and never ends its first message', (target) =>
    held(target, upgradeFor(target, {}), AUTHENTICATE_WITHIN_MS, async (socket, isOver) => {
      socket.write(frameBytes('{', { isPart: true }));
      await drip(frameBytes('', { isPart: true, opcode: OPCODE.continuation }))(socket, isOver);
    }),
  ),
  attack('proving-socket', 'opens a WebSocket, wants a proof, and says nothing more', provingSocket),
];

function attack(id: string, name: string, run: Attack['run']): Attack {
  return { id: `slow-${id}`, name, family: 'slow', pace: 'slow', run };
}

const begun = (target: Target, headers: Headers, body: string) =>
  requestText({
    ...{ method: 'POST', target: '/acs/encoders/list', body },
    headers: { host: target.host, ...bearer(target.key), 'content-type': 'application/json', ...headers },
  });

const upgradeFor = (target: Target, headers: Headers) =>
  requestText({ target: '/live', headers: { host: target.host, ...headers, ...upgradeHeaders() } });

type Afterwards = (socket: Socket, isOver: () => boolean) => Promise<void>;

/** The same again and again, for as long as the other side takes it. */
function drip(bytes: string | Uint8Array): Afterwards {
  return async (socket, isOver) => {
    while (!isOver() && socket.writable) {
      socket.write(bytes);
      await pause(DRIP_MS);
    }
  };
}

/** Byte after byte of these. */
function dripOf(bytes: Uint8Array): Afterwards {
  return async (socket, isOver) => {
    for (const byte of bytes) {
      if (isOver() || !socket.writable) return;
      socket.write(Uint8Array.of(byte));
      await pause(DRIP_MS);
    }
  };
}

/** Held when the daemon ends the connection in that time. */
async function held(
  target: Target,
  bytes: string,
  withinMs: number,
  afterwards?: Afterwards,
): Promise<Finding> {
  const outcome = await talk(target.address, bytes, {
    ...{ withinMs: withinMs * target.patience, untilEnd: true },
    ...(afterwards === undefined ? {} : { afterwards }),
  });
  return outcome.isEnded
    ? HELD
    : hole(`the connection was still open after ${Math.round(outcome.tookMs / 1000)} s`, ADVICE);
}

/** The desk may prove itself to whoever asks, or say that it knows nobody: both end soon. */
async function provingSocket(target: Target): Promise<Finding> {
  using wire = await LiveWire.open(target.address, { host: target.host });
  wire.send({ type: 'prove', client_session_id: crypto.randomUUID(), nonce: 'A'.repeat(43) });
  await wire.all(AUTHENTICATE_WITHIN_MS * target.patience);
  return wire.isOver
    ? HELD
    : hole(`the socket was still open after ${AUTHENTICATE_WITHIN_MS / 1000} s`, ADVICE);
}
