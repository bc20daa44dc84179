import { afterAll, beforeAll, expect, test } from 'vitest';
import { Shell } from './encoderctl-process.ts';

let shell: Shell;
beforeAll(async () => {
  shell = new Shell();
  await shell.startDaemon();
});
afterAll(() => shell[Symbol.asyncDispose]());

test.each([[['replay', 'x', '--webhook', 'y']], [['list', 'x']]])(
  'encoderctl webhooks %j makes no sense',
  async (words) => {
    expect(await shell.run('webhooks', ...words)).toMatchObject({
      code: 64,
      stderr: expect.stringMatching(
        /^usage: encoderctl webhooks list .*\n {7}encoderctl webhooks deliveries/,
      ),
    });
  },
);

test.each([
  [['replay', 'x'], 'There is no delivery x here'],
  [['deliveries', '--state', 'lost'], 'state'],
])('encoderctl webhooks %j is refused', async (words, problem) => {
  expect(await shell.run('webhooks', ...words)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(problem),
  });
});
