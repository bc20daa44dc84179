import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** Runs a file of fixtures/ in a process of its own, until it says `ready`; returns how to end it as a power cut would. */
export async function startFixture(name: string, path: string): Promise<() => Promise<void>> {
  const file = fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
  const child = spawn(process.execPath, [file, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const kill = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  onTestFinished(kill);
  const ready = once(createInterface({ input: child.stdout }), 'line');
  await Promise.race([
    ready,
    exited.then(() => {
      throw new Error(`${name} ended before it was ready`);
    }),
  ]);
  return kill;
}
