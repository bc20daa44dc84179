import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acceptanceReport } from '../../../src/cli/acceptance/report.ts';
import { CardsDesk } from './cards-desk.ts';
import { ENCODERCTL } from './encoderctl-process.ts';

/** Every function, in the order in which it is tried. */
const FUNCTIONS = [
  ...['round_trip', 'light_and_sound', 'http', 'websocket', 'events', 'presence', 'read_uid', 'throughput'],
  ...['inspect', 'card_formats', 'scan_to_assign', 'undo_assignment', 'encode', 'read_back'],
  ...['refuse_overwrite', 'overwrite', 'pulled_card', 'erase', 'tidy_up'],
];

let desk: CardsDesk;
beforeAll(async () => {
  desk = await CardsDesk.open();
}, 60_000);
afterAll(() => desk[Symbol.asyncDispose]());

const acceptance = (...words: readonly string[]) =>
  desk.shell.run('acceptance', desk.encoder, '--simulate', ...words);

/** How many users, or credentials, the desk has; asked with the tool's own key. */
async function listed(what: 'users' | 'credentials'): Promise<number> {
  const kept = (name: string) => readFileSync(join(desk.shell.stateDir, name), 'utf8');
  const answer = await fetch(new URL(`/acs/${what}/list`, JSON.parse(kept('daemon.json')).url), {
    headers: { authorization: `Bearer ${kept('encoderctl.key').trim()}` },
  });
  return Object(await answer.json())[`acs_${what}`].length;
}

describe('encoderctl acceptance', () => {
  test('tries every function with a card, and leaves the desk and the card as they were', async () => {
    const before = [await listed('users'), await listed('credentials')];
    const html = join(desk.shell.stateDir, 'report.html');
    const output = join(desk.shell.stateDir, 'report.json');
    const { code, stdout } = await acceptance('--html', html, '--output', output);
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(stdout).toMatch(/^pass {2}A card that is pulled in mid-write is noticed, and repaired/m);
    expect(stdout).toMatch(/18 passed, 0 failed, 1 not applicable\.\n$/);
    const report = acceptanceReport.parse(JSON.parse(readFileSync(output, 'utf8')));
    expect(report.functions.map(({ id }) => id)).toEqual(FUNCTIONS);
    expect(report).toMatchObject({
      verdict: 'passed',
      hand: 'simulated',
      left_behind: [],
      card: { technology: 'ntag215', format: 'ntag', found: 'blank' },
    });
    expect(report.functions.find(({ id }) => id === 'read_uid')?.timings).toMatchObject({ count: 20 });
    expect(readFileSync(html, 'utf8')).toMatch(/^<!doctype html>/);
    expect([await listed('users'), await listed('credentials')]).toEqual(before);
  });

  test('is not for an encoder that is not there, nor for two', async () => {
    expect((await desk.shell.run('acceptance', 'nobody', '--simulate')).code).toBe(64);
    expect((await desk.shell.run('acceptance', desk.encoder, 'another')).code).toBe(64);
  });

  test('leaves an earlier report as it is, whatever is wrong with the other path', async () => {
    const earlier = join(desk.shell.stateDir, 'earlier.html');
    writeFileSync(earlier, 'of yesterday');
    const other = join(desk.shell.stateDir, 'new.html');
    const nowhere = join(desk.shell.stateDir, 'nowhere', 'report.json');
    for (const words of [
      ['--html', earlier],
      ['--html', earlier, '--output', nowhere],
      ['--html', other, '--output', nowhere],
      ['--html', other, '--output', other],
    ]) {
      expect((await acceptance(...words)).code, words.join(' ')).toBe(69);
      expect(readFileSync(earlier, 'utf8')).toBe('of yesterday');
      expect(existsSync(other)).toBe(false);
    }
  });
});

describe('encoderctl acceptance that is ended before its end', () => {
  /** By hand, until it waits for a card. */
  async function waiting(...words: readonly string[]) {
    const running = desk.shell.start('acceptance', desk.encoder, ...words);
    await running.line((line) => /^ {2}> Put /.test(line));
    expect(await listed('users')).toBeGreaterThan(0);
    return running;
  }

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'by %s removes the users that it made, and its empty report',
    async (signal) => {
      const before = await listed('users');
      const output = join(desk.shell.stateDir, `${signal}.json`);
      const running = await waiting('--output', output);
      expect(await listed('users')).toBe(before + 5);
      running.process.kill(signal);
      const { code, stdout, stderr } = await running.outcome;
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: `The test was ended before its end (${signal}). What was made was removed.\n`,
      });
      // The encoder has no light.
      expect(stdout).not.toContain('Look at');
      expect(await listed('users')).toBe(before);
      expect(existsSync(output)).toBe(false);
    },
  );

  test('by who reads no further than its first lines removes them too', async () => {
    const before = await listed('users');
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
    expect(await listed('users')).toBe(before);
  });

  test('by SIGKILL leaves them to the next one, which leaves other users alone', async () => {
    await desk.newCredential();
    const before = [await listed('users'), await listed('credentials')];
    const running = await waiting();
    running.process.kill('SIGKILL');
    await running.outcome;
    expect(await listed('users')).toBe((before[0] ?? 0) + 5);
    const { code, stdout } = await acceptance();
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(stdout).toMatch(/^Removed 5 users that an earlier test left\.\n/);
    expect([await listed('users'), await listed('credentials')]).toEqual(before);
  });
});
