import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { drivers } from '../../drivers/index.ts';

const run = promisify(execFile);

const root = join(import.meta.dirname, '../..');
const compiled = join(root, 'node_modules/.cache/vm-compiled');

/** An archive of compiled code, which the guest's Node.js takes for its own: it is the same program. */
export const COMPILED = `${compiled}.tar`;

/**
 * Runs once, before all tests: compiles, on this machine, what runs in the guests, where it would take ten times as long and more than a driver host has for its start.
 * Programs are started so that they end at once.
 */
export async function setup(): Promise<void> {
  mkdirSync(compiled, { recursive: true });
  const modules = [...drivers.map(({ module }) => module.href), 'serialport', 'node-hid'];
  await Promise.all(
    [
      ['src/main.ts', '--no-such-flag'],
      ['src/cli/encoderctl.ts', 'help'],
      ['src/encoder/host/host-process.ts'],
      ['test/vm/uhid/relay.ts'],
      ['--input-type=module', '-e', modules.map((name) => `await import('${name}');`).join('')],
    ].map((words) => {
      const child = run(process.execPath, words, {
        cwd: root,
        env: { ...process.env, NODE_COMPILE_CACHE: compiled },
      });
      child.child.stdin?.end();
      return child.catch(() => {});
    }),
  );
  // Node.js keeps it for its own user alone; in the guests the clerk reads it, too.
  await run('tar', ['--mode=a+rX', '-cf', COMPILED, '-C', compiled, '.']);
}
