import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { Generation } from './clients.ts';
import { registeredCases } from './conformance.ts';
import { Stand } from './stand.ts';

/** What stands in this folder beside the cases. */
const OWN = [
  ...[
    'clients',
    'completeness',
    'conformance',
    'conventions',
    'pages',
    'plausible',
    'refused-changes',
    'run',
    'stand',
    'world',
  ],
];

/** The files of cases, from this folder, without `.ts`, sorted: `acs/users/list`. */
export function caseFiles(): readonly string[] {
  return readdirSync(import.meta.dirname, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
    .map((entry) => relative(import.meta.dirname, join(entry.parentPath, entry.name)).slice(0, -'.ts'.length))
    .filter((file) => !OWN.includes(file))
    .sort();
}

/** Imports every file of cases, which registers them. */
export async function loadCases(): Promise<void> {
  for (const file of caseFiles()) {
    const { href } = pathToFileURL(join(import.meta.dirname, `${file}.ts`));
    await import(href);
  }
}

/** Runs the cases of every operation through one generation of Seam's client, on a daemon of their own. */
export async function runCases(generation: Generation): Promise<void> {
  await loadCases();
  const stand = new Stand(generation);
  beforeAll(() => stand.open());
  afterAll(async () => {
    const { errorLines } = stand.desk;
    await stand[Symbol.asyncDispose]();
    expect(errorLines).toEqual([]);
  });
  for (const [path, define] of registeredCases()) describe(path, () => define(stand));
}
