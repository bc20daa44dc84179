import { afterAll, beforeAll, expect, test } from 'vitest';
import { Shell } from './encoderctl-process.ts';

let shell: Shell;
beforeAll(async () => {
  shell = new Shell();
  await shell.startDaemon();
});
afterAll(() => shell[Symbol.asyncDispose]());

test('a technician reads that the desk has no backend, and how to get one', async () => {
  expect((await shell.run('sync', 'status')).stdout).toContain('This desk has no backend: it is its own.');
  expect(await shell.json('sync', 'status')).toMatchObject({ state: 'off', endpoint: null, problem: null });
  expect((await shell.run('sync', 'refused')).stdout).toBe('The backend refused nothing.\n');
  expect(await shell.json('sync', 'refused')).toEqual([]);
  const none = { code: 1, stdout: '', stderr: expect.stringContaining('This desk has no backend') };
  expect(await shell.run('sync', 'resync')).toMatchObject(none);
  expect(await shell.run('sync', 'retry')).toMatchObject(none);
});

test.each([
  [['drop']],
  [['take-theirs']],
  [['status', 'x']],
  [['refused', 'x']],
  [['resync', 'x']],
  [['retry', 'x', 'y']],
  [['forget']],
])('encoderctl sync %j makes no sense', async (words) => {
  expect(await shell.run('sync', ...words)).toMatchObject({
    code: 64,
    stderr: expect.stringMatching(/^usage: encoderctl sync status .*\n {7}encoderctl sync retry/),
  });
});

test.each([['retry'], ['take-theirs']])('encoderctl sync %s names a change that is refused', async (verb) => {
  expect(await shell.run('sync', verb, 'x')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('There is no refused change x'),
  });
});
