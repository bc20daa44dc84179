import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/**
 * `npm run check`: format and lint, types, architecture; no other tests. A line for each, and what it found.
 * Exit code 1 when one of them found something.
 */

const root = join(import.meta.dirname, '..');

const checks = [
  {
    name: 'format and lint',
    program: 'node_modules/@biomejs/biome/bin/biome',
    args: ['check', '--error-on-warnings'],
  },
  { name: 'types', program: 'node_modules/typescript/bin/tsc', args: ['--noEmit'] },
  // What runs in browsers has their types, and none of Node.js.
  {
    name: 'types of the client',
    program: 'node_modules/typescript/bin/tsc',
    args: ['--noEmit', '-p', 'src/client'],
  },
  {
    name: 'types of the console',
    program: 'node_modules/typescript/bin/tsc',
    args: ['--noEmit', '-p', 'src/console'],
  },
  {
    name: 'types of the tests of both',
    program: 'node_modules/typescript/bin/tsc',
    args: ['--noEmit', '-p', 'test/browser'],
  },
  {
    name: 'architecture',
    program: 'node_modules/vitest/vitest.mjs',
    args: ['run', 'test/architecture.test.ts'],
  },
];

const outcomes = await Promise.all(checks.map((check) => run(check.program, check.args)));
for (const [index, check] of checks.entries()) {
  const outcome = outcomes[index];
  const isFine = outcome?.exitCode === 0;
  console.log(`${isFine ? 'ok    ' : 'FAILED'}  ${check.name}`);
  if (isFine) continue;
  console.log(outcome?.output.trimEnd());
  process.exitCode = 1;
}

/** Runs one of the installed tools on this Node.js. A tool that was killed has the exit code `null`. */
async function run(
  program: string,
  args: readonly string[],
): Promise<{ exitCode: number | null; output: string }> {
  const tool = spawn(process.execPath, [join(root, program), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<number | null>((resolve) => tool.once('close', resolve));
  const [stdout, stderr, exitCode] = await Promise.all([text(tool.stdout), text(tool.stderr), exited]);
  return { exitCode, output: stdout + stderr };
}
