import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { lockState } from '../../../../src/store/sqlite/state-lock.ts';
import { startFixture } from './hanging-process.ts';

function lockPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-lock-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'lock');
}

test('a state folder is held by one daemon, and free once that has given it back', () => {
  const path = lockPath();
  const held = lockState(path);
  expect(() => lockState(path)).toThrow(/Another encoderd is running on this state folder .* Stop it first/);
  held[Symbol.dispose]();
  lockState(path)[Symbol.dispose]();
});

test('a state folder that another process holds is free the moment that process is killed', async () => {
  const path = lockPath();
  const kill = await startFixture('holds-lock.ts', path);
  expect(() => lockState(path)).toThrow(/Another encoderd is running/);
  await kill();
  lockState(path)[Symbol.dispose]();
});
