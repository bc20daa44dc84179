import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { z } from 'zod';

/**
 * `npm test [-- <path filter or any option of vitest>]`: runs the tests, and says `N passed, N failed` (with
 * `, N skipped` where some are) alone on the last line.
 * vitest runs in a child, so that its crash is told like any other failure.
 *
 * Exit code 1: a test failed, something failed outside of a test, no test ran, or one was skipped while CI=true.
 */

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

const folder = mkdtempSync(join(tmpdir(), 'encoderd-test-'));
try {
  const { ended, exitCode } = await runVitest(join(folder, 'report.json'));
  process.exitCode = conclude(readReport(join(folder, 'report.json')), ended, exitCode);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function runVitest(reportPath: string): Promise<{ ended: string; exitCode: number | null }> {
  const vitest = spawn(
    process.execPath,
    [
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${reportPath}`,
      ...process.argv.slice(2),
    ],
    { cwd: root, stdio: 'inherit' },
  );
  // A terminal sends its interrupt to the child as well; other senders know only this process.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => vitest.kill(signal));
  await once(vitest, 'exit');
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

/** Prints what counts beside vitest's own report, and the last line. Returns the exit code. */
function conclude(
  outcome: z.infer<typeof report> | undefined,
  ended: string,
  exitCode: number | null,
): 0 | 1 {
  if (outcome === undefined) {
    console.log(`\nThe test runner broke down (${ended}) and left no report.`);
    console.log('0 passed, 1 failed');
    return 1;
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
  const skipsCount = skipped.length > 0 && process.env['CI'] === 'true';
  if (skipsCount)
    for (const test of skipped) console.log(`Skipped, which CI does not allow: ${test.fullName}`);
  const tail = skipped.length > 0 ? `, ${skipped.length} skipped` : '';
  console.log(`${outcome.numPassedTests} passed, ${failed} failed${tail}`);
  return failed > 0 || tests.length === 0 || skipsCount ? 1 : 0;
}
