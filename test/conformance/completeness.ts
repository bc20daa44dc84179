import { describe, expect, test } from 'vitest';
import { operations } from '../../src/api/routes/index.ts';
import { unsupportedOperations } from '../../src/api/unsupported.ts';
import { endpointsOf, GENERATIONS } from './clients.ts';
import { registeredCases } from './conformance.ts';
import { plausibleParameters } from './plausible.ts';
import { caseFiles, loadCases } from './run.ts';
import { refused, type Stand } from './stand.ts';

/** No answer of an operation that is served. */
const NOWHERE = ['unsupported_operation', 'not_found', 'method_not_allowed'];

const paths = (list: readonly { readonly path: string }[]) => list.map(({ path }) => path).sort();

/** That there are cases for everything, and an answer to everything that Seam's clients can ask. */
export function testCompleteness(stand: Stand): void {
  test('every operation has its file of cases, named after it, and no other has one', async () => {
    await loadCases();
    expect(caseFiles().map((file) => `/${file}`)).toEqual(paths(operations));
    expect([...registeredCases().keys()].sort()).toEqual(paths(operations));
  });

  describe.each(GENERATIONS)('the %s client', (generation) => {
    test('reaches an answer with each of its methods: of the operation, or why there is none', async () => {
      const unsupported = new Set(paths(unsupportedOperations));
      const endpoints = endpointsOf(generation, stand.desk.url, stand.desk.token);
      expect(endpoints.size).toBeGreaterThan(150);
      const answers = await Promise.all(
        [...endpoints].map(async ([path, call]) => {
          const answer = await call(plausibleParameters(path)).then(() => 'done', refusal);
          return { path, answer };
        }),
      );
      const isWrong = (path: string, answer: string) =>
        unsupported.has(path) ? answer !== 'unsupported_operation' : NOWHERE.includes(answer);
      const wrong = answers.filter(({ path, answer }) => isWrong(path, answer));
      expect(wrong).toEqual([]);
    });
  });
}

/** The type of the daemon's error. Throws what is none: a client that did not even ask. */
const refusal = (error: unknown): Promise<string> => refused(Promise.reject(error));
