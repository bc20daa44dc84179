import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEncoderd } from '../encoderd-process.ts';
import { cost, type Figure, percentile, plain } from './figure.ts';

const STARTS = 7;
const IDLE_SECONDS = 30;

/** Linux counts processor time in hundredths of a second (proc(5), /proc/PID/stat). */
const TICKS_PER_SECOND = 100;

/** What the daemon costs when nobody uses it. */
export async function benchIdle(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-bench-'));
  const environment = { ENCODERD_STATE_DIR: folder, ENCODERD_DRIVERS: 'virtual' };
  try {
    const starts: number[] = [];
    const bare: number[] = [];
    for (let at = 0; at < STARTS; at += 1) {
      const began = performance.now();
      const daemon = await startEncoderd(environment);
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
    const daemon = await startEncoderd(environment);
    const pid = daemon.process.pid ?? 0;
    await sleep(3000);
    const before = ticks(pid);
    await sleep(IDLE_SECONDS * 1000);
    const cpu = ((ticks(pid) - before) / TICKS_PER_SECOND / IDLE_SECONDS) * 100;
    const rss = memoryMb(pid);
    await daemon.stop();
    return [
      cost(
        'start to /health 200 (p50)',
        'ms',
        percentile(starts, 0.5),
        percentile(bare, 0.5),
        'node that only loads better-sqlite3, fastify, ws and zod',
      ),
      plain('idle memory (RSS), virtual encoders', 'MB', rss),
      plain(`idle CPU over ${IDLE_SECONDS} s, virtual encoders`, '% of a core', cpu),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Processor time that a process has used, in ticks. */
export function ticks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
}

/** Resident memory of a process, MB. */
export function memoryMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}
