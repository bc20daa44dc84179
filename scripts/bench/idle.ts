import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pcscdIsAvailable, startPcscBench } from '../../test/benches/pcsc/pcsc-bench.ts';
import { startEncoderd } from '../encoderd-process.ts';
import { cost, type Figure, percentile, plain } from './figure.ts';

const STARTS = 7;
const IDLE_SECONDS = 30;

/** Linux counts processor time in hundredths of a second (proc(5), /proc/PID/stat). */
const TICKS_PER_SECOND = 100;

/** What the daemon costs when nobody uses it. */
export async function benchIdle(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-bench-'));
  const environment = { ENCODERD_STATE_DIR: folder };
  try {
    const starts: number[] = [];
    const bare: number[] = [];
    for (let at = 0; at < STARTS; at += 1) {
      const began = performance.now();
      const daemon = await startEncoderd({ ...environment, ENCODERD_DRIVERS: 'virtual' });
      await fetch(new URL('/health', daemon.url));
      starts.push(performance.now() - began);
      await daemon.stop();
      const bareBegan = performance.now();
      spawnSync(process.execPath, [
        '-e',
        "require('better-sqlite3');require('fastify');require('ws');require('zod')",
      ]);
      bare.push(performance.now() - bareBegan);
    }
    return [
      cost(
        'start to /health 200 (p50)',
        'ms',
        percentile(starts, 0.5),
        percentile(bare, 0.5),
        'node that only loads better-sqlite3, fastify, ws and zod',
      ),
      ...(await measureIdle({ ...environment, ENCODERD_DRIVERS: 'virtual' }, 'virtual encoders')),
      ...(await measureIdleWithReader(environment)),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The daemon and its driver host beside a real pcscd with a reader and no card. */
async function measureIdleWithReader(environment: Environment): Promise<readonly Figure[]> {
  if (!pcscdIsAvailable()) return [];
  await using pcscd = await startPcscBench();
  return await measureIdle(
    { ...environment, ENCODERD_DRIVERS: 'virtual,pcsc', PCSCLITE_CSOCK_NAME: pcscd.socketName },
    'virtual and PC/SC, with the driver host',
  );
}

type Environment = Parameters<typeof startEncoderd>[0];

async function measureIdle(environment: Environment, what: string): Promise<readonly Figure[]> {
  const daemon = await startEncoderd(environment);
  await sleep(3000);
  const pids = family(daemon.process.pid ?? 0);
  const before = sum(pids.map(ticks));
  await sleep(IDLE_SECONDS * 1000);
  const cpu = ((sum(pids.map(ticks)) - before) / TICKS_PER_SECOND / IDLE_SECONDS) * 100;
  const rss = sum(pids.map(memoryMb));
  await daemon.stop();
  return [
    plain(`idle memory (RSS), ${what}`, 'MB', rss),
    plain(`idle CPU over ${IDLE_SECONDS} s, ${what}`, '% of a core', cpu),
  ];
}

/** A process and its children. */
function family(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return [pid, ...(children === '' ? [] : children.split(' ').map(Number))];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Processor time that a process has used, in ticks. */
function ticks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
}

/** Resident memory of a process, MB. */
function memoryMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}
