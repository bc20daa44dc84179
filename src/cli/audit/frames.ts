import { type Attack, type Finding, HELD, hole, worstOf } from './attack.ts';
import { frameBytes, type Heard, LiveWire, OPCODE } from './live-wire.ts';
import type { Target } from './target.ts';

const ADVICE =
  'Until a socket has shown a good token it may say "prove" once and "authenticate" once. Answer anything else with an error, and close.';

const REQUEST = { type: 'request', id: '1', path: '/acs/encoders/list', params: {} };
const PROVE = {
  type: 'prove',
  client_session_id: '00000000-0000-4000-8000-000000000000',
  nonce: 'A'.repeat(43),
};

const text = (frame: object) => frameBytes(JSON.stringify(frame));

/** What is sent first on a socket: after each of these it must be over. */
const FIRST: readonly (readonly [id: string, name: string, bytes: readonly Uint8Array[]])[] = [
  ['request', 'asks before it is known', [text(REQUEST)]],
  ['subscribe', 'listens before it is known', [text({ type: 'subscribe', after: 0 })]],
  [
    'binary',
    'sends bytes for text',
    [frameBytes(Buffer.from(JSON.stringify(REQUEST)), { opcode: OPCODE.binary })],
  ],
  ['junk', 'sends what is no JSON', [frameBytes('{"type":')]],
  ['empty', 'sends an empty message', [frameBytes('')]],
  ['list', 'sends a list of messages in one', [frameBytes(JSON.stringify([REQUEST, REQUEST]))]],
  ['number', 'sends a number', [frameBytes('1')]],
  ['unknown', 'sends a message of a kind that there is not', [text({ type: 'become', name: 'admin' })]],
  [
    'prototype',
    'sends a message that would change every object',
    [frameBytes('{"__proto__":{"client":{}},"type":"request","id":"1","path":"/health"}')],
  ],
  ['array-token', 'sends a list for a token', [text({ type: 'authenticate', token: ['a'] })]],
  ['object-token', 'sends an object for a token', [text({ type: 'authenticate', token: { length: 1 } })]],
  [
    'wrong-then-ask',
    'asks after a wrong token',
    [text({ type: 'authenticate', token: 'seam_local_wrong' }), text(REQUEST)],
  ],
  ['not-utf8', 'sends text that is not UTF-8', [frameBytes(Uint8Array.of(0x22, 0xc3, 0x28, 0x22))]],
  ['unmasked', 'sends a frame without a mask', [Uint8Array.of(0x81, 0x02, 0x7b, 0x7d)]],
  ['reserved-opcode', 'sends a frame of a kind that there is not', [frameBytes('x', { opcode: 3 })]],
  [
    'continuation',
    'goes on with a message that never began',
    [frameBytes('x', { opcode: OPCODE.continuation })],
  ],
  ['two-proves', 'wants two proofs', [text(PROVE), text({ ...PROVE, nonce: 'B'.repeat(43) })]],
  ['prove-then-ask', 'asks after it wanted a proof', [text(PROVE), text(REQUEST)]],
  ['prove-short', 'wants a proof over a nonce that is none', [text({ ...PROVE, nonce: '' })]],
];

export const attacks: readonly Attack[] = [
  ...FIRST.map(
    ([id, name, bytes]): Attack => ({
      ...{ id: `frames-${id}`, name, family: 'frames', pace: 'quick' },
      run: (target) => begin(target, bytes),
    }),
  ),
  {
    ...{ id: 'frames-twice', family: 'frames', pace: 'quick' },
    name: 'shows a good key, and then another one on the same socket',
    run: authenticateTwice,
  },
  {
    ...{ id: 'frames-prove-late', family: 'frames', pace: 'quick' },
    name: 'shows a good key, and then wants the proof of somebody else',
    run: async (target) => {
      using wire = await known(target);
      wire.send(PROVE);
      return await ended(wire, 'prove after authenticate');
    },
  },
  {
    ...{ id: 'frames-inherited', family: 'frames', pace: 'quick' },
    name: 'asks for what every object has',
    run: async (target) => {
      const paths = ['__proto__', 'constructor', '/__proto__', 'toString', '/live', 'acs/encoders/list'];
      return worstOf(await Promise.all(paths.map((path) => askFor(target, path))));
    },
  },
];

async function begin(target: Target, bytes: readonly Uint8Array[]): Promise<Finding> {
  using wire = await LiveWire.open(target.address, { host: target.host });
  for (const some of bytes) wire.sendBytes(some);
  return await ended(wire, 'the first frames');
}

/** Held when the socket is over, and nothing but errors and the desk's own proof was said. */
async function ended(wire: LiveWire, what: string): Promise<Finding> {
  const isGiven = (one: Heard) =>
    one.type === 'message' && !['error', 'proof'].includes(String(one.value['type']));
  const given = (await wire.all(2500, isGiven)).find(isGiven);
  if (given?.type === 'message') return hole(`${what} got ${given.text.slice(0, 120)}`, ADVICE);
  return wire.isOver ? HELD : hole(`${what} left the socket open`, ADVICE);
}

/** A socket that has shown the good key. */
async function known(target: Target): Promise<LiveWire> {
  const wire = await LiveWire.open(target.address, { host: target.host });
  wire.send({ type: 'authenticate', token: target.key });
  await wire.next();
  return wire;
}

async function authenticateTwice(target: Target): Promise<Finding> {
  using wire = await known(target);
  wire.send({ type: 'authenticate', token: target.key });
  return await ended(wire, 'a second authenticate');
}

async function askFor(target: Target, path: string): Promise<Finding> {
  using wire = await known(target);
  wire.send({ type: 'request', id: '1', path, params: {} });
  const heard = await wire.next();
  const isRefused = heard?.type !== 'message' || heard.value['ok'] !== true;
  return isRefused ? HELD : hole(`a request for "${path}" got ${heard.text.slice(0, 120)}`, ADVICE);
}
