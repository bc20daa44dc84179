import { afterAll, beforeAll, expect } from 'vitest';
import { testCompleteness } from './completeness.ts';
import { testConventions } from './conventions.ts';
import { testPages } from './pages.ts';
import { Stand } from './stand.ts';
import { makeWorld, type World } from './world.ts';

const stand = new Stand('newest');
let world: World;
beforeAll(async () => {
  await stand.open();
  for (let worlds = 0; worlds < 3; worlds += 1) world = await makeWorld(stand);
});
afterAll(async () => {
  const { errorLines } = stand.desk;
  await stand[Symbol.asyncDispose]();
  expect(errorLines).toEqual([]);
});

testConventions(stand, () => world);
testPages(stand);
testCompleteness(stand);
