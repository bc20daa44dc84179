import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import { PcscCard } from '../../drivers/pcsc/encoder.ts';
import { createDriver } from '../../drivers/pcsc/index.ts';
import { VirtualCard } from '../../drivers/virtual/virtual-card.ts';
import type { CardLink } from '../../src/card/link.ts';
import { nativeTool } from '../../test/benches/pcsc/native-tools.ts';
import { type PcscBench, pcscdIsAvailable, startPcscBench } from '../../test/benches/pcsc/pcsc-bench.ts';
import { placeCard } from '../../test/benches/pcsc/pcsc-encoder-bench.ts';
import { quietLog } from '../../test/benches/pcsc/quiet-log.ts';
import { startEncoderd } from '../encoderd-process.ts';
import { cost, type Figure, percentile } from './figure.ts';
import { listen } from './live-listener.ts';

const INSERTS = 60;
const ROUNDS = 300;

/** A real pcscd: how soon a card is known, and how fast it is read, against C programs on libpcsclite in the same run. */
export async function benchPcsc(): Promise<readonly Figure[]> {
  if (!pcscdIsAvailable()) return [];
  const pcscd = await startPcscBench();
  // libpcsclite reads it once a process.
  process.env['PCSCLITE_CSOCK_NAME'] = pcscd.socketName;
  try {
    return [...(await benchPresence(pcscd)), ...(await benchReading(pcscd))];
  } finally {
    await pcscd.dispose();
  }
}

const presented = z.looseObject({ type: z.literal('card.presented') });

/** What encoderd adds between pcscd's notice of a card and the app: identified, committed, told. */
async function benchPresence(pcscd: PcscBench): Promise<readonly Figure[]> {
  const stateDir = mkdtempSync(join(tmpdir(), 'encoderd-bench-'));
  const daemon = await startEncoderd({ ENCODERD_STATE_DIR: stateDir, ENCODERD_DRIVERS: 'pcsc' });
  const floor = await startPresence(pcscd);
  let heardAt = Promise.withResolvers<bigint>();
  let goneAt = Promise.withResolvers<void>();
  const ears = await listen(daemon.url, daemon.createApiKey('bench'), (message, atNs) => {
    if (presented.safeParse(message).success) heardAt.resolve(atNs);
    if (message.type === 'card.removed') goneAt.resolve();
  });
  const added: number[] = [];
  const whole: number[] = [];
  const floors: number[] = [];
  try {
    for (let at = 0; at < INSERTS; at += 1) {
      heardAt = Promise.withResolvers();
      goneAt = Promise.withResolvers();
      // pcscd looks every 400 ms: cards come at any moment of that.
      await sleep((at * 400) / INSERTS);
      const put = process.hrtime.bigint();
      const seen = floor.next();
      await placeCard(pcscd, 0, { technology: 'ntag213' });
      const [heard, seenAt] = await Promise.all([heardAt.promise, seen]);
      added.push(Number(heard - seenAt) / 1e6);
      whole.push(Number(heard - put) / 1e6);
      floors.push(Number(seenAt - put) / 1e6);
      await pcscd.slot(0).remove();
      await goneAt.promise;
    }
  } finally {
    ears[Symbol.dispose]();
    floor.stop();
    await daemon.stop();
    rmSync(stateDir, { recursive: true, force: true });
  }
  const figure = (p: number) =>
    cost(
      `card present to card.presented at a WebSocket client (p${p * 100})`,
      'ms',
      percentile(whole, p),
      percentile(floors, p),
      `C program on libpcsclite; encoderd adds p${p * 100} ${percentile(added, p).toFixed(2)} ms`,
    );
  return [figure(0.5), figure(0.99)];
}

/** The C program that prints when it sees a card. */
async function startPresence(pcscd: PcscBench): Promise<{ next(): Promise<bigint>; stop(): void }> {
  const child = spawn(await nativeTool('presence'), [pcscd.readerNames[0] ?? ''], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let waiting = Promise.withResolvers<bigint>();
  const ready = Promise.withResolvers<void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line === 'ready') ready.resolve();
    else waiting.resolve(BigInt(line));
  });
  await ready.promise;
  return {
    next() {
      waiting = Promise.withResolvers();
      return waiting.promise;
    },
    stop: () => child.kill('SIGTERM'),
  };
}

const FACTORY_KEY = { kind: 'A', bytes: new Uint8Array(6).fill(0xff) } as const;

/** Six sectors, sixteen data blocks: what test/benches/pcsc/loop.c reads. */
const SECTORS: readonly (readonly number[])[] = [
  [1, 2],
  [4, 5, 6],
  [8, 9, 10],
  [12, 13, 14],
  [16, 17, 18],
  [20, 21],
];

async function benchReading(pcscd: PcscBench): Promise<readonly Figure[]> {
  const closing = new AbortController();
  const driver = createDriver({ options: {}, stateDir: tmpdir(), log: quietLog });
  await pcscd.slot(0).insert(new VirtualCard({ technology: 'mifare_classic_1k', uid: 'A1B2C3D4' }));
  const own: number[] = [];
  const floor: number[] = [];
  const loop = async () => {
    const { stdout } = await promisify(execFile)(await nativeTool('loop'), [
      pcscd.readerNames[0] ?? '',
      '20',
    ]);
    floor.push(...stdout.trim().split('\n').map(Number));
  };
  for await (const news of driver.watch(closing.signal)) {
    if (news.news !== 'device_arrived') continue;
    await using encoder = await driver.open(news.device, closing.signal);
    const card = await encoder.awaitCard(closing.signal);
    if (!(card instanceof PcscCard)) throw new Error('drivers/pcsc presented a card of another driver.');
    const round = async () => {
      const began = process.hrtime.bigint();
      await card.use(readSectors, closing.signal);
      return Number(process.hrtime.bigint() - began);
    };
    for (let at = 0; at < 20; at += 1) await round();
    // In turns, so that both meet the same moods of the machine.
    for (let at = 0; at < ROUNDS; at += 1) {
      own.push(await round());
      if (at % 20 === 0) await loop();
    }
    break;
  }
  closing.abort();
  await pcscd.slot(0).remove();
  const figure = (p: number) =>
    cost(
      `uid and 16 block reads through drivers/pcsc (p${p * 100})`,
      'ms',
      percentile(own, p) / 1e6,
      percentile(floor, p) / 1e6,
      'C loop of the same APDUs, connected anew each round',
    );
  return [figure(0.5), figure(0.99)];
}

async function readSectors({ classic }: CardLink): Promise<void> {
  if (classic === undefined) throw new Error('This card is no MIFARE Classic.');
  for (const blocks of SECTORS) {
    await classic.authenticate(blocks[0] ?? 0, FACTORY_KEY);
    for (const block of blocks) await classic.readBlock(block);
  }
}
