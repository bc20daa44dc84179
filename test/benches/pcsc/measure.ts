import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { PcscCard } from '../../../drivers/pcsc/encoder.ts';
import type { CardLink } from '../../../src/card/link.ts';
import { nativeTool } from './native-tools.ts';
import type { PcscBench } from './pcsc-bench.ts';

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
