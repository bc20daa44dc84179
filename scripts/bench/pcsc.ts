import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { PcscCard } from '../../drivers/pcsc/encoder.ts';
import { createDriver } from '../../drivers/pcsc/index.ts';
import { timeDriver, timeLoop } from '../../test/benches/pcsc/measure.ts';
import { nativeTool } from '../../test/benches/pcsc/native-tools.ts';
import { type PcscBench, pcscdIsAvailable, startPcscBench } from '../../test/benches/pcsc/pcsc-bench.ts';
import { placeCard } from '../../test/benches/pcsc/pcsc-encoder-bench.ts';
import { quietLog } from '../../test/benches/pcsc/quiet-log.ts';
import { startEncoderd } from '../encoderd-process.ts';
import { benchEncode } from './encode.ts';
import { cost, type Figure, percentile, plain } from './figure.ts';
import { listen } from './live-listener.ts';

const INSERTS = 60;
const ROUNDS = 300;
const TURN = 20;

/** A real pcscd: how soon a card is known, and how fast it is read, against C programs on libpcsclite in the same run. */
export async function benchPcsc(): Promise<readonly Figure[]> {
  if (!pcscdIsAvailable()) return [];
  const pcscd = await startPcscBench();
  // libpcsclite reads it once a process.
  process.env['PCSCLITE_CSOCK_NAME'] = pcscd.socketName;
  try {
    return [...(await benchPresence(pcscd)), ...(await benchReading(pcscd)), ...(await benchEncode(pcscd))];
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
  const figure = (p: number) => [
    cost(
      `card present to card.presented at a WebSocket client (p${p * 100})`,
      'ms',
      percentile(whole, p),
      percentile(floors, p),
      'C program on libpcsclite sees the card',
    ),
    plain(`card.presented, net of that C program (p${p * 100})`, 'ms', percentile(added, p)),
  ];
  return [...figure(0.5), ...figure(0.99)];
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

async function benchReading(pcscd: PcscBench): Promise<readonly Figure[]> {
  const closing = new AbortController();
  const driver = createDriver({ options: {}, stateDir: tmpdir(), log: quietLog });
  await placeCard(pcscd, 0, { technology: 'mifare_classic_1k' });
  const own: number[] = [];
  const floor: number[] = [];
  for await (const news of driver.watch(closing.signal)) {
    if (news.news !== 'device_arrived') continue;
    await using encoder = await driver.open(news.device, closing.signal);
    const card = await encoder.awaitCard(closing.signal);
    if (!(card instanceof PcscCard)) throw new Error('drivers/pcsc presented a card of another driver.');
    await timeDriver(card, TURN);
    // In turns, so that both meet the same moods of the machine.
    for (let at = 0; at < ROUNDS; at += TURN) {
      own.push(...(await timeDriver(card, TURN)));
      floor.push(...(await timeLoop(pcscd, TURN)));
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
