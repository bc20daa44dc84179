import { conclude, runTests } from './test-run.ts';
import { runVmTests } from './vm/run-tests.ts';

/**
 * `npm test [-- <path filter or any option of vitest>]`: runs the tests, and says `N passed, N failed` (with
 * `, N skipped` where some are) alone on the last line. With CI=true, all of them: those in a virtual machine too.
 *
 * Exit code 1: a test failed, something failed outside of a test, no test ran, or one was skipped while CI=true.
 */

const words = process.argv.slice(2);
const counts = [await runTests(words)];
if (process.env['CI'] === 'true' && words.length === 0) counts.push(await runVmTests([]));
process.exitCode = conclude(counts);
