import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';

const WRAPPER = fileURLToPath(new URL('../../scripts/package/files/encoderctl', import.meta.url));

/** In the place of Node.js: tells its words, input and process, and ends as it is told by a signal or, with `end CODE`, by its words. */
const STUB = `#!${process.execPath}
const [, , , command, how, code] = process.argv;
for (const [signal, status] of [['SIGTERM', 11], ['SIGINT', 12], ['SIGHUP', 13]]) {
  process.on(signal, () => process.exit(status));
}
console.log(JSON.stringify({ pid: process.pid, command, state: process.env.ENCODERD_STATE_DIR }));
if (how === 'end') process.exit(Number(code));
process.stdin.on('data', (data) => process.exit(data.toString().trim() === 'yes' ? 14 : 15));
`;

/** Runs the wrapper as it is installed, with a stub for Node.js; resolves when that has said its first line. */
async function wrapped(...words: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-wrapper-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [stub, wrapper] = [join(folder, 'node'), join(folder, 'encoderctl')];
  writeFileSync(stub, STUB, { mode: 0o755 });
  const text = readFileSync(WRAPPER, 'utf8');
  expect(text).toContain('/usr/lib/encoderd/bin/node ');
  writeFileSync(wrapper, text.replaceAll('/usr/lib/encoderd/bin/node', stub));
  const child = spawn('/bin/sh', [wrapper, ...words], {
    env: { PATH: process.env['PATH'], ENCODERD_STATE_DIR: folder },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  let pid = 0;
  onTestFinished(async () => {
    child.kill('SIGKILL');
    // Where it is not the same process, it may have been left behind.
    if (pid !== child.pid && isAlive(pid)) process.kill(pid, 'SIGKILL');
    await ended;
  });
  const [line] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended]);
  const told = JSON.parse(String(line));
  pid = told.pid;
  return { child, told, ended, folder };
}

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe.each(['backup', 'acceptance'])('encoderctl %s, as it is installed', (command) => {
  test.each([
    ['SIGTERM', 11],
    ['SIGINT', 12],
    ['SIGHUP', 13],
  ] as const)('%s reaches the command, and its exit code comes back', async (signal, code) => {
    const { child, told, ended, folder } = await wrapped(command);
    expect(told).toMatchObject({ command, state: folder });
    child.kill(signal);
    expect(await ended).toEqual([code, null]);
    expect(isAlive(told.pid)).toBe(false);
  });

  test('an exit code comes back, and what is typed arrives', async () => {
    const done = await wrapped(command, 'end', '69');
    expect(await done.ended).toEqual([69, null]);
    const asking = await wrapped(command);
    asking.child.stdin.end('yes\n');
    expect(await asking.ended).toEqual([14, null]);
  });
});
