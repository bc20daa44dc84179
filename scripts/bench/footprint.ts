import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { collectGarbage, INSPECTED } from '../../test/benches/crowd/collect-garbage.ts';
import { msr605Stand, pcscStand, pn532Stand, twn4Stand } from '../../test/stories/serial-stands.ts';
import { startEncoderd } from '../encoderd-process.ts';
import { openAttemptDesk } from './attempt-desk.ts';
import { cost, type Figure, plain } from './figure.ts';
import { useOf } from './process-family.ts';

const IDLE_SECONDS = 30;
/** Until what a start leaves behind is done. */
const SETTLE_MS = 5000;
/** Of the memory figure: 1,000,000 are what a desk does in some years, and take an hour. */
const ATTEMPTS = Number(process.env['BENCH_ATTEMPTS'] ?? 10_000);
const ENCODERS = 8;
/** A folder in which `npm install @zwave-js/server zwave-js` was run: the peer; without it there is none. */
const PEER = process.env['BENCH_ZWAVE_JS'];

interface Footprint {
  readonly startMs: number;
  readonly rssMb: number;
  /** Hundredths of a core. */
  readonly cpuPercent: number;
  readonly wakeUpsPerSecond: number;
}

const MEASURES = [
  ['start to ready', 'ms', 'startMs'],
  ['idle memory (RSS)', 'MB', 'rssMb'],
  ['idle CPU', '% of a core', 'cpuPercent'],
  ['idle wake-ups', '/s', 'wakeUpsPerSecond'],
] as const satisfies readonly (readonly [string, string, keyof Footprint])[];

/** What the daemon takes of the computer while nobody asks anything, beside another device server of Node.js; and after many attempts. */
export async function benchFootprint(): Promise<readonly Figure[]> {
  const peer = PEER === undefined ? null : await peerFootprint(PEER);
  const cases = {
    'nothing plugged in': await ownFootprint({ pcsc: {}, pn532: {}, msr605: {}, twn4: {}, pcprox: {} }),
    'one virtual encoder': await ownFootprint({ virtual: { encoders: 1 } }),
    'PC/SC, PN532, MSR605, TWN4 and a virtual one, each with its encoder': await footprintWithEncoders(),
  };
  return [
    ...Object.entries(cases).flatMap(([name, footprint]) =>
      MEASURES.map(([what, unit, key]) =>
        peer === null
          ? plain(`${what}, ${name}`, unit, footprint[key])
          : cost(`${what}, ${name}`, unit, footprint[key], peer[key], 'zwave-js-server --mock-driver'),
      ),
    ),
    ...(await benchMemoryOfAttempts()),
  ];
}

async function footprintWithEncoders(): Promise<Footprint> {
  await using stands = new AsyncDisposableStack();
  const made = [await pcscStand(), await pn532Stand(), await msr605Stand(), await twn4Stand()];
  for (const stand of made) stands.use(stand);
  const drivers = Object.fromEntries(made.map(({ driver, options }) => [driver, options]));
  return await ownFootprint({ ...drivers, virtual: { encoders: 1 } });
}

async function ownFootprint(drivers: object): Promise<Footprint> {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-bench-'));
  try {
    const config = join(folder, 'config.yaml');
    writeFileSync(config, JSON.stringify({ drivers }));
    const environment = { ENCODERD_STATE_DIR: join(folder, 'state'), ENCODERD_CONFIG: config };
    // The first start makes the state and compiles the code.
    await (await startEncoderd(environment)).stop();
    const began = performance.now();
    const daemon = await startEncoderd(environment);
    const startMs = performance.now() - began;
    try {
      return { startMs, ...(await idleUse(daemon.process.pid)) };
    } finally {
      await daemon.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function peerFootprint(folder: string): Promise<Footprint> {
  const program = join(folder, 'node_modules', '.bin', 'zwave-server');
  const port = String(await freePort());
  const began = performance.now();
  const words = [program, '--mock-driver', '--host', '127.0.0.1', '--port', port, '--disable-dns-sd'];
  const child = spawn(process.execPath, words, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    for await (const line of createInterface({ input: child.stdout })) if (line.includes('listening')) break;
    child.stdout.resume();
    return { startMs: performance.now() - began, ...(await idleUse(child.pid)) };
  } finally {
    child.kill();
    await once(child, 'exit');
  }
}

async function idleUse(pid = 0): Promise<Omit<Footprint, 'startMs'>> {
  await sleep(SETTLE_MS);
  const before = useOf(pid);
  await sleep(IDLE_SECONDS * 1000);
  const after = useOf(pid);
  return {
    rssMb: after.rssMb,
    cpuPercent: ((after.cpuSeconds - before.cpuSeconds) / IDLE_SECONDS) * 100,
    wakeUpsPerSecond: (after.wakeUps - before.wakeUps) / IDLE_SECONDS,
  };
}

/**
 * Resident memory after the first tenth of so many attempts, and after all of them: as it is, and after a full collection of garbage, for V8 lets a
 * process that never rests grow. What is the same then does not leak.
 */
export async function benchMemoryOfAttempts(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-bench-'));
  try {
    await using desk = await openAttemptDesk(folder, ENCODERS, '', INSPECTED);
    const work = (count: number) =>
      Promise.all(
        desk.encoderIds.map(async (id) => {
          for (let done = 0; done < count / ENCODERS; done += 1) await desk.assignOne(id);
        }),
      );
    const rssMb = () => useOf(desk.daemon.process.pid ?? 0).rssMb;
    const marks: { readonly busy: number; readonly collected: number }[] = [];
    for (let tenth = 1; tenth <= 10; tenth += 1) {
      await work(ATTEMPTS / 10);
      const busy = rssMb();
      await collectGarbage(desk.daemon);
      const collected = rssMb();
      marks.push({ busy, collected });
      process.stderr.write(
        `${(ATTEMPTS / 10) * tenth} attempts: ${busy.toFixed(1)} MB, ${collected.toFixed(1)} MB after a full collection\n`,
      );
    }
    const [first, last] = [marks[0], marks.at(-1)];
    if (first === undefined || last === undefined) return [];
    const floorIs = `after ${ATTEMPTS / 10} of them`;
    return [
      cost(`memory (RSS) after ${ATTEMPTS} attempts`, 'MB', last.busy, first.busy, floorIs),
      cost(
        `memory (RSS) after ${ATTEMPTS} attempts and a full collection`,
        'MB',
        last.collected,
        first.collected,
        floorIs,
      ),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.int() }).parse(server.address());
  server.close();
  await once(server, 'close');
  return port;
}
