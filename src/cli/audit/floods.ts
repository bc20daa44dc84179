import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { configOf } from '../state.ts';
import { type Attack, type Finding, HELD, hole, notTried } from './attack.ts';
import { LiveWire } from './live-wire.ts';
import { bearer, type Target } from './target.ts';
import { PATIENCE_MS, requestText, talk } from './wire.ts';

const ADVICE =
  'Bound how many connections and sockets there may be (limits.connections), end those that say nothing, and keep answering those who are there.';

/** More connections than that are not opened to a daemon that may have guests waiting. */
const MOST_CONNECTIONS = 4000;

/** How many sockets a page may want at once. */
const SOCKETS = 200;

/** How long somebody who comes anew may have to try, once others have taken every place and say nothing. */
const LET_IN_WITHIN_MS = 12_000;

export const attacks: readonly Attack[] = [
  {
    ...{ id: 'floods-sockets', family: 'floods', pace: 'flood' },
    name: 'opens WebSocket after WebSocket from one page, while a desk works on its own',
    run: manySockets,
  },
  {
    ...{ id: 'floods-requests', family: 'floods', pace: 'flood' },
    name: 'asks thousands of times with one key',
    run: manyRequests,
  },
  {
    ...{ id: 'floods-socket-requests', family: 'floods', pace: 'flood' },
    name: 'asks thousands of times on one socket',
    run: manyRequestsOnSocket,
  },
  {
    ...{ id: 'floods-connections', family: 'floods', pace: 'flood' },
    name: 'opens more connections than there are places, while a desk works on its own',
    run: manyConnections,
  },
  {
    ...{ id: 'floods-alive', family: 'floods', pace: 'last' },
    name: 'has done all of this, and the daemon is the same and well',
    run: isAlive,
  },
];

/** A desk at work: a socket that is known, and asks and is answered. Close it (`using`). */
async function deskAtWork(target: Target): Promise<LiveWire> {
  const wire = await LiveWire.open(target.address, { host: target.host });
  wire.send({ type: 'authenticate', token: target.key });
  await wire.next();
  return wire;
}

/** Whether the desk gets an answer, in which it may be asked to wait; a refused request is an answer as well. */
async function isServed(desk: LiveWire): Promise<boolean> {
  desk.send({ type: 'request', id: '1', path: '/v1/hello', params: {} });
  const heard = await desk.next();
  return heard?.type === 'message' && heard.value['type'] === 'response';
}

async function manySockets(target: Target): Promise<Finding> {
  using desk = await deskAtWork(target);
  const wires = await Promise.all(
    Array.from({ length: SOCKETS }, () =>
      LiveWire.open(target.address, { host: target.host, origin: target.origin }),
    ),
  );
  try {
    const open = wires.filter(({ status }) => status === 101).length;
    if (!(await isServed(desk))) return hole('the desk at work got no answer any more', ADVICE);
    return open < SOCKETS ? HELD : hole(`${open} sockets of nobody were open at once`, ADVICE);
  } finally {
    for (const wire of wires) wire[Symbol.dispose]();
  }
}

/** Until the first is put off. */
async function manyRequests(target: Target): Promise<Finding> {
  const AT_ONCE = 250;
  const MOST = 5000;
  for (let sent = 0; sent < MOST; sent += AT_ONCE) {
    const requests = Array.from({ length: AT_ONCE }, (_, n) =>
      requestText({
        target: '/workspaces/get',
        headers: {
          ...{ host: target.host, ...bearer(target.key) },
          connection: n === AT_ONCE - 1 ? 'close' : 'keep-alive',
        },
      }),
    );
    const { answers } = await talk(target.address, requests.join(''), { untilEnd: true });
    if (answers.some(({ status }) => status === 429)) return HELD;
  }
  return hole(`${MOST} requests of one key within seconds were all answered`, ADVICE);
}

async function manyRequestsOnSocket(target: Target): Promise<Finding> {
  const MOST = 3000;
  using wire = await deskAtWork(target);
  for (let n = 0; n < MOST && !wire.isOver; n += 1) {
    wire.send({ type: 'request', id: String(n), path: '/workspaces/get', params: {} });
  }
  const ends = performance.now() + PATIENCE_MS;
  for (let n = 0; n < MOST && performance.now() < ends; n += 1) {
    const heard = await wire.next();
    if (heard === null || heard.type === 'closed' || heard.text.includes('too_many_requests')) return HELD;
  }
  return hole(`${MOST} requests on one socket within seconds were all answered`, ADVICE);
}

async function manyConnections(target: Target): Promise<Finding> {
  const limit = configOf(target.words).limits.connections;
  const wanted = limit + 50;
  if (wanted > MOST_CONNECTIONS)
    return notTried(`The configuration allows ${limit} connections, which are too many to try.`);
  using desk = await deskAtWork(target);
  const sockets: Socket[] = [];
  const over = new Set<Socket>();
  let isShort = false;
  for (let n = 0; n < wanted; n += 1) {
    const socket = connect({ ...target.address, allowHalfOpen: true });
    const end = () => over.add(socket);
    socket.once('end', end);
    socket.on('error', (error) => {
      end();
      if ('code' in error && error.code === 'EMFILE') isShort = true;
    });
    sockets.push(socket);
    if (n % 50 === 49) await pause(5);
  }
  try {
    // A busy computer takes its time to turn them away: until then its kernel holds them.
    const ends = performance.now() + PATIENCE_MS;
    while (over.size < wanted - limit && !isShort && performance.now() < ends) await pause(50);
    if (isShort) return notTried(`This program may not open ${wanted} connections (ulimit -n).`);
    const wereOpen = wanted - over.size;
    if (!(await isServed(desk))) return hole('the desk at work got no answer any more', ADVICE);
    const waitedMs = await letIn(target);
    if (waitedMs === null) {
      return hole(
        `${wereOpen} silent connections kept everybody else out for ${LET_IN_WITHIN_MS / 1000} s`,
        ADVICE,
      );
    }
    return wereOpen < wanted ? HELD : hole(`${wanted} silent connections were open at once`, ADVICE);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

/** After how many milliseconds somebody who comes anew is answered; null: not in time. */
async function letIn(target: Target): Promise<number | null> {
  const began = performance.now();
  const request = requestText({ target: '/v1/hello', headers: { host: target.host, connection: 'close' } });
  while (performance.now() - began < LET_IN_WITHIN_MS) {
    const { answers } = await talk(target.address, request);
    if (answers[0] !== undefined) return performance.now() - began;
    await pause(200);
  }
  return null;
}

async function isAlive(target: Target): Promise<Finding> {
  using desk = await deskAtWork(target);
  if (!(await isServed(desk))) return hole('a good key on a new socket gets no answer', ADVICE);
  const [answer] = (await target.send({ target: '/acs/encoders/list', headers: bearer(target.key) })).answers;
  if (answer?.status !== 200) return hole(`a good key gets ${answer?.status ?? 'no answer'}`, ADVICE);
  try {
    // Signal 0 only asks whether the process is there.
    process.kill(target.pid, 0);
    return HELD;
  } catch (error) {
    const isGone = error instanceof Error && 'code' in error && error.code === 'ESRCH';
    return isGone ? hole(`the daemon’s process ${target.pid} is gone`, ADVICE) : HELD;
  }
}
