import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generateTables } from '../../scripts/readme/tables.ts';

test("the README's tables are what the code says (node scripts/readme.ts writes them)", () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  expect(readme).toBe(generateTables(readme));
});
