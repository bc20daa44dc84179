import { expect, test } from 'vitest';
import { runStorm } from '../benches/crowd/storm.ts';

test('among 100 that come, vanish, flood and never read, four clients and an encoder lose nothing', async () => {
  const report = await runStorm({
    clients: 100,
    calmMs: 500,
    stormMs: 4000,
    sleepMs: 0,
    lettingGoMs: 0,
  });
  expect(report.wrong).toEqual([]);
  expect(report.lost).toBe(0);
  expect(report.assigned).toBeGreaterThan(0);
  expect(report.storm.length).toBeGreaterThan(0);
  expect(report.tally['wrong answers']).toBeUndefined();
  expect(report.filesLeft).toEqual([]);
  expect(report.errors).toEqual([]);
});
