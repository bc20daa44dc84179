import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DOCUMENTS, generateTables } from '../../scripts/readme/tables.ts';

test.each(DOCUMENTS)(
  'the tables in %s are what the code says (node scripts/readme.ts writes them)',
  (document) => {
    const text = readFileSync(new URL(`../../${document}`, import.meta.url), 'utf8');
    expect(text).toBe(generateTables(text));
  },
);
