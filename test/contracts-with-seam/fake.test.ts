import { afterAll, beforeAll, expect, test } from 'vitest';
import { differencesBeside } from './beside-the-fake.ts';
import { judge } from './explained.ts';
import { FAKE_DIFFERENCES } from './fake-differences.ts';
import { type SeamServer, startOurs, startTheirs } from './server.ts';

let ours: SeamServer;
let theirs: SeamServer;
beforeAll(async () => {
  ours = await startOurs();
  theirs = await startTheirs();
});
afterAll(async () => {
  await ours[Symbol.asyncDispose]();
  await theirs[Symbol.asyncDispose]();
});

test('the daemon answers as Seam’s fake does, but for what is explained', async () => {
  const differences = await differencesBeside(ours, theirs);
  expect(judge(differences, FAKE_DIFFERENCES)).toEqual({ unexplained: [], stale: [] });
});
