import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const web = join(import.meta.dirname, '../../../dist/web');
const built = readFileSync(join(web, 'client.js'));

/** A page loads it before it can do anything. */
const MOST_BYTES = 12_000;

test(`the client is smaller than ${MOST_BYTES} bytes`, () => {
  expect(built.length).toBeLessThan(MOST_BYTES);
});

test('the client imports nothing', () => {
  expect(built.toString()).not.toMatch(/\bimport\s*[({'"`]|\bfrom\s*['"`]|\brequire\(/);
});

test('the package gives the client and its types', () => {
  const { exports } = JSON.parse(readFileSync(join(web, '../../package.json'), 'utf8'));
  expect(exports).toEqual({
    './client': { types: './dist/web/client.d.ts', default: './dist/web/client.js' },
  });
  const types = readFileSync(join(web, 'types/client/client.d.ts'), 'utf8');
  for (const name of ['connect', 'Desk', 'DeskError', 'Attempt']) expect(types).toContain(name);
});
