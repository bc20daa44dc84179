import { conclude } from './test-run.ts';
import { runVmTests } from './vm/run-tests.ts';

/** `npm run test:vm [-- <path filter or any option of vitest>]`: runs the tests in a virtual machine, and ends as `npm test` does. */
process.exitCode = conclude([await runVmTests(process.argv.slice(2))]);
