import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { DamagedError } from '../../../../src/store/errors.ts';
import { COPIES, DATABASE, keptCopies } from '../../../../src/store/sqlite/copies.ts';
import { copyDaily } from '../../../../src/store/sqlite/daily-copies.ts';
import { openDatabase } from '../../../../src/store/sqlite/database.ts';
import { FakeClock } from '../../../fake-clock.ts';

const HOUR_MS = 3_600_000;

/** A desk with a database, and what its copies told. */
function desk() {
  const stateDir = mkdtempSync(join(tmpdir(), 'encoderd-daily-'));
  onTestFinished(() => rmSync(stateDir, { recursive: true, force: true }));
  openDatabase(join(stateDir, DATABASE)).close();
  const clock = new FakeClock();
  const damages: DamagedError[] = [];
  const lines: string[] = [];
  const log = pino({}, { write: (line) => void lines.push(line) });
  const start = () => {
    const copies = copyDaily(stateDir, clock, log, (damage) => damages.push(damage));
    onTestFinished(() => copies[Symbol.asyncDispose]());
    return copies;
  };
  return { stateDir, clock, damages, lines, start };
}

test('a copy is taken soon after the start, and one a day from then on', async () => {
  const { stateDir, clock, start } = desk();
  start();
  await clock.waitedFor();
  expect(keptCopies(stateDir)).toEqual([]);
  clock.advance(5000);
  await vi.waitFor(() => expect(keptCopies(stateDir)).toHaveLength(1), 30_000);
  await clock.waitedFor();
  clock.advance(23 * HOUR_MS);
  expect(clock.sleepers).toBe(1);
  clock.advance(HOUR_MS);
  await vi.waitFor(() => expect(keptCopies(stateDir)).toHaveLength(2), 30_000);
});

test('where the disk does not serve it is said, and tried again in an hour', async () => {
  const { stateDir, clock, lines, start } = desk();
  writeFileSync(join(stateDir, COPIES), 'no folder');
  start();
  await clock.waitedFor();
  clock.advance(5000);
  await vi.waitFor(() => expect(lines.join('')).toContain('it is tried again in an hour'), 30_000);
  rmSync(join(stateDir, COPIES));
  await clock.waitedFor();
  clock.advance(HOUR_MS);
  await vi.waitFor(() => expect(keptCopies(stateDir)).toHaveLength(1), 30_000);
});

test('a database that is not sound is told, and there are no more copies of it', async () => {
  const { stateDir, clock, damages, start } = desk();
  start();
  await clock.waitedFor();
  writeFileSync(join(stateDir, DATABASE), 'no database, '.repeat(999));
  clock.advance(5000);
  await vi.waitFor(() => expect(damages).toHaveLength(1), 30_000);
  expect(clock.sleepers).toBe(0);
});

test('who stops in the middle of a copy waits for no more than its thread, and leaves nothing', async () => {
  const { stateDir, clock, damages, start } = desk();
  mkdirSync(join(stateDir, COPIES));
  const copies = start();
  await clock.waitedFor();
  clock.advance(5000);
  await copies[Symbol.asyncDispose]();
  expect(readdirSync(join(stateDir, COPIES)).filter((name) => name.includes('.new'))).toEqual([]);
  expect(damages).toEqual([]);
});
