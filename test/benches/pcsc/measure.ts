import { execFile, spawn } from 'node:child_process';
import { on, once } from 'node:events';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { PcscDriver } from '../../../drivers/pcsc/driver.ts';
import type { PcscCard, PcscEncoder } from '../../../drivers/pcsc/encoder.ts';
import type { CardLink } from '../../../src/card/link.ts';
import { HostedPcsc } from './hosted-pcsc.ts';
import { nativeTool } from './native-tools.ts';
import { type PcscBench, startPcscBench } from './pcsc-bench.ts';
import { placeCard } from './pcsc-encoder-bench.ts';
import { quietLog } from './quiet-log.ts';

/**
 * Prints how drivers/pcsc compares with C programs on libpcsclite, on a pcscd and a card of this folder: `node measure.ts [rounds] [insertions]`.
 * Milliseconds, p50 and p99.
 */

const CLASSIC = { technology: 'mifare_classic_1k', uid: 'A1B2C3D4' } as const;
const KEY = { kind: 'A', bytes: new Uint8Array(6).fill(0xff) } as const;

/** 16 data blocks, beginning with block 0, each sector opened when it is come to: what loop.c does. */
export async function readSixteenBlocks({ classic }: CardLink): Promise<void> {
  if (classic === undefined) throw new Error('The card is not a MIFARE Classic');
  for (let read = 0, block = 0; read < 16; block++) {
    if (block % 4 === 3) continue;
    if (block % 4 === 0) await classic.authenticate(block, KEY);
    await classic.readBlock(block);
    read++;
  }
}

/** Nanoseconds of each round of loop.c, one connection each. */
export async function timeLoop(pcscd: PcscBench, rounds: number): Promise<number[]> {
  const [reader = ''] = pcscd.readerNames;
  const env = { ...process.env, PCSCLITE_CSOCK_NAME: pcscd.socketName };
  const { stdout } = await promisify(execFile)(await nativeTool('loop'), [reader, String(rounds)], { env });
  return stdout.trim().split('\n').map(Number);
}

/** Nanoseconds of each round of the same work through the driver. */
export async function timeDriver(card: PcscCard, rounds: number): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const began = process.hrtime.bigint();
    await card.use(readSixteenBlocks, AbortSignal.timeout(10_000));
    times.push(Number(process.hrtime.bigint() - began));
  }
  return times;
}

/** Nanoseconds from presence.c's sight of a card to the hosted driver's presenting it, identified, in this process. */
export async function timePresence(pcscd: PcscBench, insertions: number): Promise<number[]> {
  const [reader = ''] = pcscd.readerNames;
  const floor = spawn(await nativeTool('presence'), [reader], {
    env: { ...process.env, PCSCLITE_CSOCK_NAME: pcscd.socketName },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const seen = on(createInterface({ input: floor.stdout }), 'line');
  await seen.next();
  await using hosted = new HostedPcsc(pcscd);
  const encoder = await hosted.open('acs-acr122u-picc-interface');
  const times: number[] = [];
  for (let insertion = 0; insertion < insertions; insertion++) {
    const presented = encoder
      .awaitCard(AbortSignal.timeout(10_000))
      .then((card) => ({ card, at: process.hrtime.bigint() }));
    await placeCard(pcscd, 0, CLASSIC);
    const { card, at } = await presented;
    times.push(Number(at - BigInt(String((await seen.next()).value))));
    await pcscd.slot(0).remove();
    await once(card.removed, 'abort');
  }
  floor.kill();
  return times;
}

function show(what: string, nanoseconds: readonly number[]): void {
  const sorted = nanoseconds.toSorted((one, other) => one - other);
  const at = (share: number) =>
    ((sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0) / 1e6).toFixed(2);
  process.stdout.write(`${what.padEnd(60)} p50 ${at(0.5)} ms  p99 ${at(0.99)} ms  (${sorted.length})\n`);
}

async function withDriver(pcscd: PcscBench, work: (encoder: PcscEncoder) => Promise<void>): Promise<void> {
  process.env['PCSCLITE_CSOCK_NAME'] = pcscd.socketName;
  const driver = new PcscDriver({ options: {}, stateDir: '/nonexistent', log: quietLog });
  for await (const news of driver.watch(AbortSignal.timeout(120_000))) {
    if (news.news !== 'device_arrived') continue;
    await using encoder = await driver.open(news.device, AbortSignal.timeout(10_000));
    await work(encoder);
    return;
  }
}

if (import.meta.main) {
  const [rounds = 200, insertions = 15] = process.argv.slice(2).map(Number);
  await using pcscd = await startPcscBench();
  show('card present to presented, net of presence.c', await timePresence(pcscd, insertions));
  await placeCard(pcscd, 0, CLASSIC);
  await withDriver(pcscd, async (encoder) => {
    const card = await encoder.awaitCard(AbortSignal.timeout(10_000));
    await timeDriver(card, 20);
    show('uid and 16 blocks, drivers/pcsc', await timeDriver(card, rounds));
    show('uid and 16 blocks, loop.c', await timeLoop(pcscd, rounds));
    show('uid and 16 blocks, drivers/pcsc again', await timeDriver(card, rounds));
    show('uid and 16 blocks, loop.c again', await timeLoop(pcscd, rounds));
  });
}
