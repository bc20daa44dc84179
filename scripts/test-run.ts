import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { z } from 'zod';

const root = join(import.meta.dirname, '..');

/** What is used here of vitest's JSON report, which follows the one of Jest. */
const report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })),
    }),
  ),
});

/** What came of tests. What failed outside of every test counts as one that failed. */
export interface TestCount {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Runs vitest with these words in a child, so that its crash is told like any other failure. Prints what counts beside its own report. */
export async function runTests(words: readonly string[]): Promise<TestCount> {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-test-'));
  try {
    const path = join(folder, 'report.json');
    const { ended, exitCode } = await runVitest(path, words);
    return count(readReport(path), ended, exitCode);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Prints `N passed, N failed` (with `, N skipped` where some are) and returns the exit code: 1 when a test failed, none ran, or one was skipped while CI=true. */
export function conclude(counts: readonly TestCount[]): 0 | 1 {
  const sum = (which: keyof TestCount) => counts.reduce((total, each) => total + each[which], 0);
  const [passed, failed, skipped] = [sum('passed'), sum('failed'), sum('skipped')];
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  const skipsCount = skipped > 0 && process.env['CI'] === 'true';
  return failed > 0 || passed + skipped === 0 || skipsCount ? 1 : 0;
}

async function runVitest(
  reportPath: string,
  words: readonly string[],
): Promise<{ ended: string; exitCode: number | null }> {
  const vitest = spawn(
    process.execPath,
    [
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${reportPath}`,
      ...words,
    ],
    { cwd: root, stdio: 'inherit' },
  );
  // A terminal sends its interrupt to the child as well; other senders know only this process.
  const pass = (signal: NodeJS.Signals) => vitest.kill(signal);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, pass);
  await once(vitest, 'exit');
  for (const signal of signals) process.off(signal, pass);
  const ended = vitest.signalCode ?? `exit code ${vitest.exitCode}`;
  return { ended, exitCode: vitest.exitCode };
}

function readReport(path: string): z.infer<typeof report> | undefined {
  try {
    return report.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}

function count(
  outcome: z.infer<typeof report> | undefined,
  ended: string,
  exitCode: number | null,
): TestCount {
  if (outcome === undefined) {
    console.log(`\nThe test runner broke down (${ended}) and left no report.`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const tests = outcome.testResults.flatMap((file) => file.assertionResults);
  const skipped = tests.filter((test) => test.status !== 'passed' && test.status !== 'failed');
  let failed = outcome.numFailedTests;
  for (const file of outcome.testResults) {
    if (file.status !== 'failed' || file.assertionResults.some((test) => test.status === 'failed')) continue;
    console.log(`Failed outside of its tests: ${relative(root, file.name)}`);
    failed += 1;
  }
  if (failed === 0 && exitCode !== 0) {
    console.log(
      tests.length === 0 ? 'No test ran.' : `The test runner failed outside of every test (${ended}).`,
    );
    failed = 1;
  }
  if (process.env['CI'] === 'true')
    for (const test of skipped) console.log(`Skipped, which CI does not allow: ${test.fullName}`);
  return { passed: outcome.numPassedTests, failed, skipped: skipped.length };
}
