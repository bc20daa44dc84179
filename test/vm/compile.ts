import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { drivers } from '../../drivers/index.ts';

const run = promisify(execFile);

/** Where commands of this checkout keep compiled code; in the guest it lies under what is compiled there. */
export const COMPILED = join(import.meta.dirname, '../../node_modules/.cache/compiled');

/**
 * Runs once, before all tests: compiles, on this machine, what runs in the guests, where it would take ten times as long and more than a driver host has for its start.
 * Programs are started so that they end at once.
 */
export async function setup(): Promise<void> {
  mkdirSync(COMPILED, { recursive: true });
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
        cwd: join(import.meta.dirname, '../..'),
        env: { ...process.env, NODE_COMPILE_CACHE: COMPILED },
      });
      child.child.stdin?.end();
      return child.catch(() => {});
    }),
  );
}
