import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { startEncoderd } from '../encoderd-process.ts';
import { cost, type Figure, percentile } from './figure.ts';
import { listen } from './live-listener.ts';
import { type Peer, startPeer } from './peers/peer.ts';

/** Who hears of each event; less for a quick look. */
const SUBSCRIBERS = Number(process.env['BENCH_SUBSCRIBERS'] ?? 500);
const EVENTS = Number(process.env['BENCH_EVENTS'] ?? 200);
const WARM_UP = 20;

const given = z.object({ url: z.string() });
const heard = z.object({ heardAtMs: z.array(z.number()) });
const systems = z.object({ acs_systems: z.tuple([z.object({ acs_system_id: z.string() })]) });

/** What hears of something, and how to make it happen. */
interface Stand {
  readonly listeners: Peer;
  readonly trigger: () => void;
  /** From the request that makes it happen until a subscriber hears of it, ms; one for each subscriber and event. */
  readonly times: number[];
  /** The same from when the first subscriber hears of it. */
  readonly spreads: number[];
}

/** An event to many subscribers, against a bare `ws` server that commits one row and sends the same bytes to as many. */
export async function benchLiveBroadcast(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-bench-'));
  const config = join(folder, 'config.yaml');
  writeFileSync(config, 'limits: { requests_per_second: 1000000, request_burst: 1000000 }\n');
  const daemon = await startEncoderd({
    ENCODERD_STATE_DIR: join(folder, 'state'),
    ENCODERD_CONFIG: config,
    ENCODERD_LOG_LEVEL: 'fatal',
    ENCODERD_DRIVERS: 'virtual',
  });
  try {
    const token = daemon.createApiKey('bench');
    const { acs_systems } = systems.parse(await daemon.post(token, '/acs/systems/list', {}));
    const [{ acs_system_id }] = acs_systems;
    const request = {
      type: 'request',
      id: '1',
      path: '/acs/users/create',
      params: { acs_system_id, full_name: 'Guest' },
    };
    const live = daemon.url.replace('http', 'ws');
    const text = await frameOfOneEvent(daemon.url, token, () =>
      daemon.post(token, request.path, request.params),
    );
    await using bare = await startPeer('bare-sockets.ts', { text, database: join(folder, 'floor.db') });
    const bareUrl = given.parse(bare.said).url;

    const own = await open(`${live}/live`, { type: 'authenticate', token });
    const floor = await open(bareUrl, { type: 'nothing' });
    await using subscribers = await startPeer('listeners.ts', {
      url: `${live}/live`,
      token,
      count: SUBSCRIBERS,
    });
    // The trigger of the bare server hears of everything, too; the daemon's gets the answer to its request.
    await using clients = await startPeer('listeners.ts', {
      url: bareUrl,
      token: null,
      count: SUBSCRIBERS - 1,
    });
    const stands: readonly [Stand, Stand] = [
      { listeners: subscribers, trigger: () => own.send(JSON.stringify(request)), times: [], spreads: [] },
      { listeners: clients, trigger: () => floor.send('all'), times: [], spreads: [] },
    ];
    for (let event = 0; event < EVENTS + WARM_UP; event += 1) {
      for (const stand of stands) await measure(stand, event >= WARM_UP);
    }
    own.terminate();
    floor.terminate();
    return figures(...stands);
  } finally {
    await daemon.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function figures(own: Stand, floor: Stand): readonly Figure[] {
  const name = `event to ${SUBSCRIBERS} subscribers, from the request that makes it`;
  const floorIs = 'bare ws server: one bare SQLite commit, same bytes to as many';
  return [0.5, 0.99].flatMap((p) => [
    cost(`${name} (p${p * 100})`, 'ms', percentile(own.times, p), percentile(floor.times, p), floorIs),
    cost(
      `the same, from the first subscriber to each (p${p * 100})`,
      'ms',
      percentile(own.spreads, p),
      percentile(floor.spreads, p),
      floorIs,
    ),
  ]);
}

async function measure({ listeners, trigger, times, spreads }: Stand, counts: boolean): Promise<void> {
  const answered = listeners.order({});
  const beganMs = Number(process.hrtime.bigint()) / 1e6;
  trigger();
  const { heardAtMs } = heard.parse(await answered);
  if (!counts) return;
  const first = Math.min(...heardAtMs);
  times.push(...heardAtMs.map((at) => at - beganMs));
  spreads.push(...heardAtMs.map((at) => at - first));
}

/** What a subscriber is sent for an event. */
async function frameOfOneEvent(url: string, token: string, make: () => Promise<unknown>): Promise<string> {
  const frame = Promise.withResolvers<string>();
  using _ears = await listen(url, token, (message) => frame.resolve(JSON.stringify(message)));
  await make();
  return await frame.promise;
}

/** A socket that has said its first frame. */
async function open(url: string, first: object): Promise<WebSocket> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await once(socket, 'open');
  const answered = once(socket, 'message');
  socket.send(JSON.stringify(first));
  await answered;
  // What it hears is nothing to it, but must be read.
  socket.on('message', () => {});
  return socket;
}
