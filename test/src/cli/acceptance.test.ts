import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acceptanceReport } from '../../../src/cli/acceptance/report.ts';
import { CardsDesk } from './cards-desk.ts';

/** Every function, in the order in which it is tried. */
const FUNCTIONS = [
  ...['round_trip', 'light_and_sound', 'http', 'websocket', 'events', 'presence', 'read_uid', 'throughput'],
  ...['inspect', 'card_formats', 'scan_to_assign', 'undo_assignment', 'encode', 'read_back'],
  ...['refuse_overwrite', 'overwrite', 'pulled_card', 'erase', 'tidy_up'],
];

let desk: CardsDesk;
beforeAll(async () => {
  desk = await CardsDesk.open();
});
afterAll(() => desk[Symbol.asyncDispose]());

const acceptance = (...words: readonly string[]) =>
  desk.shell.run('acceptance', desk.encoder, '--simulate', ...words);

describe('encoderctl acceptance', () => {
  test('tries every function with a card, and leaves the desk and the card as they were', async () => {
    const before = [await desk.count('users'), await desk.count('credentials')];
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
    expect([await desk.count('users'), await desk.count('credentials')]).toEqual(before);
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
