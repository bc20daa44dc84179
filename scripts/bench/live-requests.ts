import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { startEncoderd } from '../encoderd-process.ts';
import { cost, type Figure, percentile } from './figure.ts';
import { post, type Target } from './load.ts';
import { startPeer } from './peers/peer.ts';

/** Of one kind, in each of a few rounds; less for a quick look. */
const REQUESTS = Number(process.env['BENCH_REQUESTS'] ?? 2000);
const ROUNDS = 5;
const PATH = '/acs/encoders/list';

const given = z.object({ url: z.string() });
const answered = z.object({ id: z.string() });

/** How a request is made. */
interface Way {
  readonly name: string;
  /** Resolves when it is answered; rejects when it is refused. */
  readonly ask: (id: number) => Promise<unknown>;
  readonly times: number[];
}

/** A request over the WebSocket, against the same over HTTP and against a bare `ws` server that answers with the same bytes. */
export async function benchLiveRequests(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-bench-'));
  const config = join(folder, 'config.yaml');
  writeFileSync(config, 'limits: { requests_per_second: 1000000, request_burst: 1000000 }\n');
  const daemon = await startEncoderd({
    ENCODERD_STATE_DIR: join(folder, 'state'),
    ENCODERD_CONFIG: config,
    ENCODERD_LOG_LEVEL: 'fatal',
    ENCODERD_DRIVERS: 'virtual',
  });
  const agent = new Agent({ keepAlive: true });
  try {
    const token = daemon.createApiKey('bench');
    const target: Target = { url: new URL(PATH, daemon.url), token, body: () => ({}) };
    using own = await openAsking(`${daemon.url.replace('http', 'ws')}/live`, { type: 'authenticate', token });
    // What the bare server answers, whatever it is asked: with the id of one request in flight, as wide as the others.
    const text = await own.ask(0);
    await using echo = await startPeer('bare-sockets.ts', { text, database: null });
    using bare = await openAsking(given.parse(echo.said).url, { type: 'nothing' });
    const figures: Figure[] = [];
    for (const inFlight of [1, 8]) {
      const ways: readonly [Way, Way, Way] = [
        { name: 'WebSocket', ask: own.ask, times: [] },
        { name: 'HTTP', ask: () => post(agent, target), times: [] },
        { name: 'bare', ask: bare.askInTurn, times: [] },
      ];
      for (let round = -1; round < ROUNDS; round += 1) {
        for (const { ask, times } of ways) times.push(...(await measure(ask, inFlight)));
        // The first round is for code that has never run.
        if (round < 0) for (const { times } of ways) times.length = 0;
      }
      figures.push(...figuresOf(inFlight, ways));
    }
    return figures;
  } finally {
    agent.destroy();
    await daemon.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function figuresOf(inFlight: number, [own, http, bare]: readonly [Way, Way, Way]): readonly Figure[] {
  const name = `${PATH} over the WebSocket, ${inFlight} in flight`;
  return [0.5, 0.99].flatMap((p) =>
    [
      { floor: http, floorIs: 'the same over HTTP, keep-alive' },
      { floor: bare, floorIs: 'bare ws server that answers the same bytes' },
    ].map(({ floor, floorIs }) =>
      cost(`${name} (p${p * 100})`, 'ms', percentile(own.times, p), percentile(floor.times, p), floorIs),
    ),
  );
}

async function measure(ask: Way['ask'], inFlight: number): Promise<readonly number[]> {
  const times: number[] = [];
  let asked = 0;
  const work = async () => {
    while (asked < REQUESTS) {
      asked += 1;
      const began = performance.now();
      await ask(asked);
      times.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, work));
  return times;
}

/** A socket over which requests are made. */
interface Asking extends Disposable {
  /** Resolves with the answer to this request. */
  readonly ask: (id: number) => Promise<string>;
  /** Resolves with the answer that comes next: of a server that answers in turn, and always the same. */
  readonly askInTurn: (id: number) => Promise<string>;
}

async function openAsking(url: string, first: object): Promise<Asking> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await once(socket, 'open');
  const welcomed = once(socket, 'message');
  socket.send(JSON.stringify(first));
  await welcomed;
  const byId = new Map<string, (text: string) => void>();
  const inTurn: ((text: string) => void)[] = [];
  socket.on('message', (data) => {
    const text = data.toString();
    // Both ways read what they are sent, as a client does.
    const { id } = answered.parse(JSON.parse(text));
    const next = inTurn.shift() ?? byId.get(id);
    byId.delete(id);
    next?.(text);
  });
  const send = (id: string) => socket.send(JSON.stringify({ type: 'request', id, path: PATH, params: {} }));
  const name = (id: number) => String(id).padStart(6, '0');
  return {
    ask: (id) =>
      new Promise((resolve) => {
        byId.set(name(id), resolve);
        send(name(id));
      }),
    askInTurn: (id) =>
      new Promise((resolve) => {
        inTurn.push(resolve);
        send(name(id));
      }),
    [Symbol.dispose]: () => socket.terminate(),
  };
}
