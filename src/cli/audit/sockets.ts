import { type Attack, type Finding, HELD, hole, worstOf } from './attack.ts';
import { type Heard, LiveWire } from './live-wire.ts';
import { originOf, STRANGERS } from './origins.ts';
import type { Target } from './target.ts';
import { type Headers, PATIENCE_MS } from './wire.ts';

const ADVICE =
  'A browser opens a WebSocket for any page: check Host and Origin before the upgrade is answered, and the token before anything is said.';

/** A WebSocket from each of the origins that may not ask, with a good key; and without an Origin, or without a key. */
export const attacks: readonly Attack[] = [
  ...STRANGERS.map(
    (stranger): Attack => ({
      id: `sockets-${stranger.id}`,
      name: `opens a WebSocket, and ${stranger.name}`,
      family: 'sockets',
      pace: 'quick',
      run: (target) => open(target, { origin: originOf(stranger, target) }),
    }),
  ),
  attack('cross-site', 'opens a WebSocket from another site, and leaves out the Origin', (target) =>
    open(target, { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'websocket' }),
  ),
  attack('no-key', 'opens a WebSocket without a key and asks', (target) =>
    authenticated(target, {}, '/live', [{ type: 'authenticate' }, REQUEST, SUBSCRIBE]),
  ),
  attack('empty-key', 'opens a WebSocket with an empty key', (target) =>
    authenticated(target, {}, '/live', [{ type: 'authenticate', token: '' }, REQUEST]),
  ),
  attack('key-in-address', 'puts a key into the address of the WebSocket', async (target) =>
    worstOf(
      await Promise.all(
        ['token', 'access_token', 'api_key', 'authorization'].map((name) =>
          authenticated(target, {}, `/live?${name}=${target.key}`, [REQUEST]),
        ),
      ),
    ),
  ),
  attack('key-in-headers', 'puts a key into a cookie and the protocols of the WebSocket', (target) =>
    authenticated(
      target,
      { cookie: `token=${target.key}`, 'sec-websocket-protocol': `bearer, ${target.key}` },
      '/live',
      [REQUEST],
    ),
  ),
  attack('elsewhere', 'asks for a WebSocket at another path', async (target) => {
    const paths = ['/', '/live/', '//live', '/LIVE', '/console/live', '/acs/encoders/list'];
    return worstOf(await Promise.all(paths.map((path) => open(target, {}, path))));
  }),
];

const REQUEST = { type: 'request', id: '1', path: '/acs/encoders/list', params: {} };
const SUBSCRIBE = { type: 'subscribe', after: 0 };

function attack(id: string, name: string, run: Attack['run']): Attack {
  return { id: `sockets-${id}`, name, family: 'sockets', pace: 'quick', run };
}

/** Held when there is no socket; else a key is shown, to see how far one gets. */
async function open(target: Target, headers: Headers, path = '/live'): Promise<Finding> {
  using wire = await LiveWire.open(target.address, { host: target.host, ...headers }, path);
  if (wire.status !== 101) return HELD;
  wire.send({ type: 'authenticate', token: target.key });
  const heard = await wire.next();
  const said = heard?.type === 'message' ? `, and a good key got "${String(heard.value['type'])}"` : '';
  return hole(`${JSON.stringify(headers)} at ${path} got a WebSocket${said}`, ADVICE);
}

/** Held when nothing but an error is said to these frames. */
async function authenticated(
  target: Target,
  headers: Headers,
  path: string,
  frames: readonly object[],
): Promise<Finding> {
  using wire = await LiveWire.open(target.address, { host: target.host, ...headers }, path);
  if (wire.status !== 101) return HELD;
  for (const frame of frames) wire.send(frame);
  const isGiven = (one: Heard) => one.type === 'message' && one.value['type'] !== 'error';
  const given = (await wire.all(PATIENCE_MS, isGiven)).find(isGiven);
  if (given?.type === 'message')
    return hole(`without a key, a socket heard ${given.text.slice(0, 120)}`, ADVICE);
  return wire.isOver ? HELD : hole('the socket of somebody without a key stayed open', ADVICE);
}
