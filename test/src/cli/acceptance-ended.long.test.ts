import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CardsDesk } from './cards-desk.ts';
import { ENCODERCTL } from './encoderctl-process.ts';

let desk: CardsDesk;
beforeAll(async () => {
  desk = await CardsDesk.open();
});
afterAll(() => desk[Symbol.asyncDispose]());

describe('encoderctl acceptance that is ended before its end', () => {
  /** By hand, until it waits for a card. */
  async function waiting(...words: readonly string[]) {
    const running = desk.shell.start('acceptance', desk.encoder, ...words);
    await running.line((line) => /^ {2}> Put /.test(line));
    expect(await desk.count('users')).toBeGreaterThan(0);
    return running;
  }

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'by %s removes the users that it made, and its empty report',
    async (signal) => {
      const before = await desk.count('users');
      const output = join(desk.shell.stateDir, `${signal}.json`);
      const running = await waiting('--output', output);
      expect(await desk.count('users')).toBe(before + 5);
      running.process.kill(signal);
      const { code, stdout, stderr } = await running.outcome;
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: `The test was ended before its end (${signal}). What was made was removed.\n`,
      });
      // The encoder has no light.
      expect(stdout).not.toContain('Look at');
      expect(await desk.count('users')).toBe(before);
      expect(existsSync(output)).toBe(false);
    },
  );

  test('by who reads no further than its first lines removes them too', async () => {
    const before = await desk.count('users');
    const env = { ...process.env, ENCODERD_STATE_DIR: desk.shell.stateDir };
    const child = spawn(process.execPath, [ENCODERCTL, 'acceptance', desk.encoder, '--simulate'], {
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const exited = once(child, 'exit');
    for await (const line of createInterface({ input: child.stdout })) {
      // What it says next, it says of users that it has made.
      if (line.includes('The API over a WebSocket')) break;
    }
    child.stdout.destroy();
    expect(await exited).toEqual([1, null]);
    expect(await desk.count('users')).toBe(before);
  });

  test('by SIGKILL leaves them to the next one, which leaves other users alone', async () => {
    await desk.newCredential();
    const before = [await desk.count('users'), await desk.count('credentials')];
    const running = await waiting();
    running.process.kill('SIGKILL');
    await running.outcome;
    expect(await desk.count('users')).toBe((before[0] ?? 0) + 5);
    const { code, stdout } = await desk.shell.run('acceptance', desk.encoder, '--simulate');
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(stdout).toMatch(/^Removed 5 users that an earlier test left\.\n/);
    expect([await desk.count('users'), await desk.count('credentials')]).toEqual(before);
  });
});
