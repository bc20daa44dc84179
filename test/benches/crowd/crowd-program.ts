import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { answer, orders } from '../../../scripts/bench/peers/orders.ts';
import { clientFrame, closeOf, flood, OPCODE, openRawLive } from './raw-live.ts';

/**
 * A program: a crowd of WebSocket clients, most of them badly behaved. It goes on until its second order, and then answers
 * how it went; those that never say a word still hold their sockets then, until its input ends.
 */
const order = z.object({
  url: z.string(),
  /** Of those who ask for little. */
  visitors: z.array(z.string()).nonempty(),
  flooder: z.string(),
  sleeper: z.string(),
  clients: z.int().positive(),
  /** How long those that never read go without reading before they look what has become of them, ms; 0: they never look. */
  sleepMs: z.int().min(0),
});

/** How many frames a flooder writes at once. */
const FRAMES_AT_ONCE = 500;

const response = z.object({ type: z.literal('response'), id: z.string(), ok: z.boolean() });

const given = orders();
const { url, visitors, flooder, sleeper, clients, sleepMs } = order.parse((await given.next()).value);
const live = `${url.replace('http', 'ws')}/live`;
const over = new AbortController();
const { signal } = over;
const ended = once(signal, 'abort');
/** What happened, by what it is. */
const tally: Record<string, number> = {};
const count = (what: string) => {
  tally[what] = (tally[what] ?? 0) + 1;
};
/** Of those that never say a word: they are left open. */
const held: Socket[] = [];

/** Who is in the crowd, in hundredths of it. */
const KINDS: readonly (readonly [number, (index: number) => Promise<void>])[] = [
  [66, visit],
  [20, vanish],
  [4, holdMutely],
  [1, neverRead],
  [3, floodWithRequests],
  [3, floodWithJunk],
  [3, floodWithPings],
];

const kindOf = (index: number) => {
  let below = 0;
  return KINDS.find(([share]) => {
    below += share;
    return index % 100 < below;
  })?.[1];
};

const work = Array.from({ length: clients }, async (_, index) => {
  const kind = kindOf(index);
  await pause(jitter(index) * 2000);
  while (!signal.aborted && kind !== undefined) {
    try {
      await kind(index);
    } catch (error) {
      if (!signal.aborted) count(`refused or cut: ${error instanceof Error ? error.message : ''}`);
    }
    await pause(200 + jitter(index) * 1500);
  }
});
answer({ started: clients });
await given.next();
over.abort(new Error('The storm is over.'));
await Promise.all(work);
answer({ tally });
await given.next();

/** Between 0 and 1, another one for each. */
function jitter(index: number): number {
  return ((index * 7919) % 1009) / 1009;
}

async function pause(ms: number): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

function tokenOf(index: number): string {
  return visitors[index % visitors.length] ?? '';
}

/** Comes, subscribes, asks once, stays a while, and says goodbye. */
async function visit(index: number): Promise<void> {
  const socket = new WebSocket(live, { perMessageDeflate: false });
  socket.on('error', () => {});
  try {
    await once(socket, 'open', { signal });
    count('visits');
    const answered = Promise.withResolvers<void>();
    const id = `visitor-${index}`;
    socket.on('message', (data) => {
      const said = response.safeParse(JSON.parse(data.toString()));
      if (!said.success) return;
      count(
        said.data.id === id ? (said.data.ok ? 'visitors answered' : 'visitors refused') : 'wrong answers',
      );
      answered.resolve();
    });
    socket.on('close', () => answered.resolve());
    socket.send(JSON.stringify({ type: 'authenticate', token: tokenOf(index) }));
    socket.send(JSON.stringify({ type: 'request', id, path: '/acs/encoders/list', params: {} }));
    await Promise.race([answered.promise, ended]);
    await pause(500 + jitter(index) * 2000);
  } finally {
    socket.close();
    if (signal.aborted) socket.terminate();
  }
}

/** Comes, subscribes, and is gone without a word: its connection is closed, or reset. */
async function vanish(index: number): Promise<void> {
  const socket = await openRawLive(url, { type: 'authenticate', token: tokenOf(index) });
  socket.resume();
  count('vanished');
  await pause(300 + jitter(index) * 1000);
  if (index % 2 === 0) socket.resetAndDestroy();
  else socket.destroy();
}

/** Comes, and never answers a ping: as one whose cable was pulled. */
async function holdMutely(index: number): Promise<void> {
  const socket = await openRawLive(url, { type: 'authenticate', token: tokenOf(index) });
  socket.resume();
  held.push(socket);
  count('mute');
  await Promise.race([closeOf(socket), ended]);
}

/** Wants everything that ever happened, again and again, and reads none of it. */
async function neverRead(): Promise<void> {
  const socket = new WebSocket(live, { perMessageDeflate: false });
  socket.on('error', () => {});
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  await once(socket, 'open', { signal });
  socket.send(JSON.stringify({ type: 'authenticate', token: sleeper }));
  await once(socket, 'message', { signal });
  socket.pause();
  for (let times = 0; times < 20 && !signal.aborted; times += 1) {
    socket.send(JSON.stringify({ type: 'subscribe', after: 0 }));
    await pause(250);
  }
  count('never read');
  if (sleepMs > 0) {
    await pause(sleepMs);
    if (!signal.aborted) {
      socket.resume();
      count(`never read: closed with ${await closed}`);
    }
  } else {
    await ended;
  }
  socket.terminate();
}

async function floodWithRequests(index: number): Promise<void> {
  const socket = await openRawLive(url, { type: 'authenticate', token: flooder });
  socket.resume();
  count('floods of requests');
  const request = { type: 'request', id: `flooder-${index}`, path: '/acs/encoders/list', params: {} };
  const bytes = Buffer.concat(
    Array.from({ length: FRAMES_AT_ONCE }, () => clientFrame(OPCODE.text, JSON.stringify(request))),
  );
  await flood(socket, bytes, signal);
  socket.destroy();
}

async function floodWithJunk(): Promise<void> {
  const socket = await openRawLive(url, { type: 'authenticate', token: flooder });
  socket.resume();
  count('floods of junk');
  const bytes = Buffer.concat(
    Array.from({ length: FRAMES_AT_ONCE }, () => clientFrame(OPCODE.text, '{"type":"junk"')),
  );
  await flood(socket, bytes, signal);
  socket.destroy();
}

/** Every other one never reads what it is answered. */
async function floodWithPings(index: number): Promise<void> {
  const socket = await openRawLive(url, { type: 'authenticate', token: flooder });
  if (index % 2 === 0) socket.resume();
  else socket.pause();
  count('floods of pings');
  const bytes = Buffer.concat(
    Array.from({ length: FRAMES_AT_ONCE }, () => clientFrame(OPCODE.ping, 'x'.repeat(100))),
  );
  await flood(socket, bytes, signal);
  socket.destroy();
}
