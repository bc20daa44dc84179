import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { type Attack, type Finding, HELD, hole } from './attack.ts';
import { frameBytes, LiveWire, OPCODE } from './live-wire.ts';
import { bearer, type Target } from './target.ts';
import { brief, type Request, requestText, talk } from './wire.ts';

const ADVICE =
  'Refuse what is larger than any request needs (64 KiB, and 32 KiB of headers) before it is kept in memory.';

const LIMIT_BYTES = 64 * 1024;

/** So much without an end is enough to see that there is no limit. */
const ENOUGH_BYTES = 1024 * 1024;

export const attacks: readonly Attack[] = [
  attack('body', 'sends a body of more than 64 KiB', (target) =>
    tooMuch(target, post(target, `{"a":"${'x'.repeat(LIMIT_BYTES)}"}`)),
  ),
  attack('body-announced', 'announces a body of 8 GiB', (target) =>
    tooMuch(target, post(target, '{}', { 'content-length': String(8 * 1024 ** 3) })),
  ),
  attack('body-length-overflow', 'announces a body longer than any number', (target) =>
    tooMuch(target, post(target, '{}', { 'content-length': '9'.repeat(40) })),
  ),
  attack('chunks', 'sends more than 64 KiB in chunks', (target) => chunks(target, 80)),
  attack('chunks-endless', 'sends chunks without an end', (target) =>
    chunks(target, Number.POSITIVE_INFINITY),
  ),
  attack('header', 'sends a header of 33 KiB', (target) =>
    tooMuch(target, { target: '/v1/hello', headers: { cookie: 'x'.repeat(33 * 1024) } }),
  ),
  attack('headers', 'sends ten thousand headers', (target) =>
    tooMuch(target, {
      target: '/v1/hello',
      headers: { a: Array.from({ length: 10_000 }, (_, n) => `b${n}`) },
    }),
  ),
  attack('target', 'asks for an address of 40 KiB', (target) =>
    tooMuch(target, { target: `/v1/hello?${'a=b&'.repeat(10_000)}` }),
  ),
  attack('trailers', 'sends 40 KiB of headers behind the body', (target) =>
    tooMuch(target, {
      ...post(target, `2\r\n{}\r\n0\r\n${'a: b\r\n'.repeat(7000)}\r\n`, { 'transfer-encoding': 'chunked' }),
    }),
  ),
  attack('compressed', 'sends a body that is small, and large when it is unpacked', (target) => {
    const bomb = gzipSync(Buffer.from(`{"a":"${'x'.repeat(20 * 1024 * 1024)}"}`)).toString('latin1');
    return tooMuch(target, post(target, bomb, { 'content-encoding': 'gzip' }));
  }),
  attack('compressed-chunks', 'sends a body as compressed chunks', (target) =>
    tooMuch(target, post(target, '2\r\n{}\r\n0\r\n\r\n', { 'transfer-encoding': 'gzip, chunked' })),
  ),
  attack('nested', 'sends lists in lists in lists', (target) =>
    tooMuch(target, post(target, `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`)),
  ),
  attack('frame', 'sends a frame of more than 64 KiB', (target) =>
    frames(target, [frameBytes('x'.repeat(LIMIT_BYTES + 1))]),
  ),
  attack('frame-announced', 'announces a frame of 8 GiB', (target) =>
    frames(target, [Uint8Array.of(0x81, 0xff, 0, 0, 0, 2, 0, 0, 0, 0, 1, 2, 3, 4, 5)]),
  ),
  attack('fragments', 'sends a message in pieces without an end', (target) =>
    frames(
      target,
      Array.from({ length: ENOUGH_BYTES / 8192 }, (_, n) =>
        frameBytes('x'.repeat(8192), { isPart: true, opcode: n === 0 ? OPCODE.text : OPCODE.continuation }),
      ),
    ),
  ),
  attack('tiny-fragments', 'sends a message in 100,000 empty pieces', (target) =>
    frames(target, [
      Buffer.concat(
        Array.from({ length: 100_000 }, (_, n) =>
          frameBytes('', { isPart: true, opcode: n === 0 ? OPCODE.text : OPCODE.continuation }),
        ),
      ),
    ]),
  ),
  attack('control', 'sends a ping of more than 125 bytes', (target) =>
    frames(target, [frameBytes('x'.repeat(200), { opcode: OPCODE.ping })]),
  ),
  attack('socket-compressed', 'wants to send compressed messages', compressedSocket),
  attack('socket-bomb', 'sends a compressed message though nobody agreed to that', (target) =>
    frames(target, [frameBytes(gzipSync('x'.repeat(1024 * 1024)), { isCompressed: true })]),
  ),
];

function attack(id: string, name: string, run: Attack['run']): Attack {
  return { id: `oversize-${id}`, name, family: 'oversize', pace: 'quick', run };
}

const post = (target: Target, body: string, headers: Request['headers'] = {}): Request => ({
  ...{ method: 'POST', target: '/acs/encoders/list', body },
  headers: { ...bearer(target.key), 'content-type': 'application/json', ...headers },
});

async function tooMuch(target: Target, request: Request): Promise<Finding> {
  const { answers, isEnded } = await target.send(request);
  const [answer] = answers;
  if (answer === undefined) return isEnded ? HELD : hole('it was waited for, and not refused', ADVICE);
  return answer.status >= 400 && answer.status < 500
    ? HELD
    : hole(`it got ${answer.status}: ${brief(answer.body)}`, ADVICE);
}

/** Chunks of 1 KiB, until the daemon has enough. */
async function chunks(target: Target, most: number): Promise<Finding> {
  const { body, ...request } = post(target, '', { 'transfer-encoding': 'chunked' });
  const head = requestText({ ...request, headers: { host: target.host, ...request.headers } });
  const chunk = `400\r\n${' '.repeat(1024)}\r\n`;
  let sent = 0;
  const outcome = await talk(target.address, head, {
    async afterwards(socket, isOver) {
      while (!isOver() && sent < Math.min(most * 1024, ENOUGH_BYTES)) {
        socket.write(chunk);
        sent += 1024;
        if (sent % 16_384 === 0) await pause(1);
      }
      if (!isOver() && Number.isFinite(most)) socket.write('0\r\n\r\n');
    },
  });
  const [answer] = outcome.answers;
  if (answer === undefined)
    return outcome.isEnded ? HELD : hole(`${sent} bytes were taken in, and more awaited`, ADVICE);
  return answer.status === 413 || answer.status === 400
    ? HELD
    : hole(`${sent} bytes in chunks got ${answer.status}`, ADVICE);
}

/** Held when the socket is over before it has heard an answer. */
async function frames(target: Target, all: readonly Uint8Array[]): Promise<Finding> {
  using wire = await LiveWire.open(target.address, { host: target.host });
  wire.send({ type: 'authenticate', token: target.key });
  await wire.next();
  for (const bytes of all) wire.sendBytes(bytes);
  await wire.all(2500 * target.patience);
  return wire.isOver ? HELD : hole('it was taken in, and the socket stayed open', ADVICE);
}

async function compressedSocket(target: Target): Promise<Finding> {
  using wire = await LiveWire.open(target.address, {
    host: target.host,
    'sec-websocket-extensions': 'permessage-deflate; client_max_window_bits',
  });
  return /^sec-websocket-extensions:/im.test(wire.head)
    ? hole(
        'the daemon agreed to unpack compressed messages',
        'Do not offer permessage-deflate: messages here are small.',
      )
    : HELD;
}
