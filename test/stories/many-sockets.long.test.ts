import { beforeAll, describe, expect, test } from 'vitest';
import { percentile } from '../../scripts/bench/figure.ts';
import { runStorm, type StormReport } from '../benches/crowd/storm.ts';

const STORM_MS = 45_000;
/** A socket is pinged every 30 s, and ended by the ping after one that it did not answer. */
const LETTING_GO_MS = 75_000;
/** The daemon closes a reader that takes nothing for 10 s, and gives it 30 s more to read that it was closed. */
const SLEEP_MS = 20_000;
const TIMEOUT_MS = 300_000;

describe('1,000 sockets that come and go in waves, of which some never read, some flood and some vanish', () => {
  let report: StormReport;
  beforeAll(async () => {
    report = await runStorm({
      clients: 1000,
      calmMs: 5000,
      stormMs: STORM_MS,
      sleepMs: SLEEP_MS,
      lettingGoMs: LETTING_GO_MS,
    });
    const ms = (times: readonly number[], p: number) => percentile(times, p).toFixed(1);
    const ratio = percentile(report.storm, 0.99) / percentile(report.calm, 0.99);
    const { calm, storm, tally, memoryMb, assigned, changes } = report;
    process.stdout.write(
      `calm p50 ${ms(calm, 0.5)} ms, p99 ${ms(calm, 0.99)} ms; storm p50 ${ms(storm, 0.5)} ms, p99 ${ms(storm, 0.99)} ms, x ${ratio.toFixed(2)}\n` +
        `${JSON.stringify({ tally, memoryMb, assigned, changes })}\n`,
    );
  }, TIMEOUT_MS);

  test('each client that behaves is answered, with its own answers only', () => {
    expect(report.wrong).toEqual([]);
    expect(report.storm.length).toBeGreaterThan(0);
    expect(report.tally['wrong answers']).toBeUndefined();
  });

  test('each of them hears of every change, once and in order, while cards are assigned', () => {
    expect(report.assigned).toBeGreaterThan(0);
    expect(report.changes).toBeGreaterThan(report.assigned);
    expect(report.lost).toBe(0);
  });

  test('every kind of crowd was there', () => {
    const kinds = [
      'visits',
      'vanished',
      'mute',
      'never read',
      'floods of requests',
      'floods of junk',
      'floods of pings',
    ];
    expect(kinds.filter((kind) => report.tally[kind] === undefined)).toEqual([]);
  });

  test('who never reads is closed with 4429', () => {
    const ends = Object.keys(report.tally).filter((what) => what.startsWith('never read: '));
    expect(ends).toEqual(['never read: closed with 4429']);
  });

  test('the sockets of those who vanished, and of those who answer no ping, are let go', () => {
    expect(report.tally['mute']).toBeGreaterThan(0);
    expect(report.filesLeft).toEqual([]);
  });

  test('the memory comes back to within 96 MB', () => {
    expect(report.memoryMb.after - report.memoryMb.calm).toBeLessThan(96);
  });

  test('nothing went wrong in the daemon that nobody foresaw', () => {
    expect(report.errors).toEqual([]);
  });
});
