import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEncoderd } from '../encoderd-process.ts';
import { cost, type Figure, percentile } from './figure.ts';

const STARTS = 7;

/** How long the daemon takes until it answers. */
export async function benchStart(): Promise<readonly Figure[]> {
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
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
