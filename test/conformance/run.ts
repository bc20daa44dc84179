import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isAudited } from '../../src/api/audited-operation.ts';
import { operations } from '../../src/api/routes/index.ts';
import { checkChain } from '../../src/site/audit-chain.ts';
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

/** What a stand never does, as it has no property server, and nothing that is unmanaged. */
const NEVER_DONE = [
  ...['/v1/sync/pair', '/v1/sync/unpair', '/v1/sync/resync', '/user_identities/unmanaged/update'],
];

/** What the cases bring about, besides. */
const ALSO_TOLD = [
  ...['daemon_started', 'api_key_used', 'client_session_used', 'tokens_refused', 'desk_report'],
  ...['card_assigned', 'card_encoded', 'card_erased', 'card_read', 'attempt_failed'],
];

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
  // Behind all of them.
  test('every operation that does something has left entries in the audit log, which is whole', () => {
    const entries = stand.desk.inStore(({ auditLog }) => auditLog.after(0, 100_000));
    const told = new Set(entries.map(({ action }) => action));
    const audited = operations.filter(isAudited).map(({ path }) => path);
    expect(audited.length).toBeGreaterThan(50);
    expect(audited.filter((path) => !told.has(path) && !NEVER_DONE.includes(path))).toEqual([]);
    for (const word of ALSO_TOLD) expect(told, word).toContain(word);
    expect(checkChain(entries)).toMatchObject({ isWhole: true, count: entries.length });
  });
}
