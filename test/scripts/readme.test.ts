import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DOCUMENTS, generateTables } from '../../scripts/readme/tables.ts';
import { SYSTEM_TYPES } from '../../src/model/system-type.ts';

test.each(DOCUMENTS)(
  'the tables in %s are what the code says (node scripts/readme.ts writes them)',
  (document) => {
    const text = readFileSync(new URL(`../../${document}`, import.meta.url), 'utf8');
    expect(text).toBe(generateTables(text));
  },
);

test('README.md names every kind of access system that the configuration takes', () => {
  const text = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const [, names = ''] = /site\.external_type` says[\s\S]*?One of ([\s\S]*?)\.\n/.exec(text) ?? [];
  expect(names.match(/[a-z_]+/g)?.toSorted()).toEqual(SYSTEM_TYPES.toSorted());
});
