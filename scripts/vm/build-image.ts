import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { Qemu } from './qemu.ts';

/**
 * node scripts/vm/build-image.ts FOLDER: makes the virtual machine, boots it and saves it as it then is. Whoever starts it holds the lock.
 * FOLDER is there only once all of it is done.
 */

/** Debian boots in 20 s when the machine has nothing else to do. */
const BOOT_TIMEOUT_MS = 300_000;
const BETWEEN_LOOKS_MS = 100;
const LOG_LINES = 25;

const [folder = ''] = process.argv.slice(2);
const unfinished = `${folder}.unfinished`;
const logPath = `${folder}.log`;

// The process that had the lock before may have made it.
if (!existsSync(folder)) {
  try {
    await make();
    renameSync(unfinished, folder);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

async function make(): Promise<void> {
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  const began = Date.now();
  await runRecipe();
  const packed = Date.now();
  await bootAndSave();
  const seconds = (from: number, to: number) => Math.round((to - from) / 1000);
  console.error(
    `the virtual machine is made: its disk in ${seconds(began, packed)} s, booted and saved in ${seconds(packed, Date.now())} s`,
  );
}

async function runRecipe(): Promise<void> {
  const log = openSync(logPath, 'w');
  try {
    const recipe = spawn('sh', [join(import.meta.dirname, 'recipe.sh'), unfinished], {
      stdio: ['ignore', log, log],
    });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => recipe.kill());
    const [code] = await once(recipe, 'exit');
    if (code === 0) return;
  } finally {
    closeSync(log);
  }
  const last = readFileSync(logPath, 'utf8').trimEnd().split('\n').slice(-LOG_LINES);
  throw new Error(
    `the disk of the virtual machine could not be made; the end of ${logPath}:\n${last.join('\n')}`,
  );
}

async function bootAndSave(): Promise<void> {
  await using qemu = await Qemu.start({ image: unfinished, shared: unfinished });
  const [shell] = qemu.shells;
  if (shell === undefined) throw new Error('the virtual machine has no shell');
  await booted(qemu, shell);
  await qemu.monitor.run('migrate-set-parameters', { 'max-bandwidth': 10_000_000_000 });
  await qemu.monitor.run('migrate', { uri: `exec:cat >'${join(unfinished, 'state')}'` });
  const state = z.object({ status: z.string(), 'error-desc': z.string().optional() });
  for (;;) {
    const { status, 'error-desc': reason } = state.parse(await qemu.monitor.run('query-migrate'));
    if (status === 'completed') return;
    if (status === 'failed') throw new Error(`the virtual machine could not be saved: ${reason}`);
    await pause(BETWEEN_LOOKS_MS);
  }
}

/** Resolves when every service runs. Rejects when one has failed, or it takes too long; with what the kernel said. */
async function booted(qemu: Qemu, shell: Socket): Promise<void> {
  shell.write(
    'systemctl is-system-running --wait; systemctl --failed --no-legend; udevadm settle; sync; echo BOOTED\n',
  );
  let heard = '';
  const signal = AbortSignal.any([AbortSignal.timeout(BOOT_TIMEOUT_MS)]);
  const ended = once(qemu.process, 'exit', { signal }).then(() => {
    throw new Error(`QEMU ended while the virtual machine booted:\n${qemu.console}`);
  });
  ended.catch(() => {});
  while (!heard.includes('BOOTED\n')) {
    const [bytes] = await Promise.race([once(shell, 'data', { signal }), ended]).catch((error) => {
      throw signal.aborted ? new Error(`the virtual machine did not boot:\n${qemu.console}`) : error;
    });
    heard += bytes;
  }
  if (!heard.startsWith('running\n')) throw new Error(`the virtual machine booted with failures:\n${heard}`);
}
