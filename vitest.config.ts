import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';

const IN_CI = process.env['CI'] === 'true';

/** Suites that another encoder or another way in has passed already, in a few minutes less: in CI they run, too. */
const LONG = 'test/**/*.long.test.ts';

/** The long ones, and those with PC/SC's library in them, which is for a whole process. */
const OWN_PROCESS = [LONG, 'test/drivers/pcsc/*.test.ts'];

function project(name: string, test: { include: string[]; exclude: string[]; isolate: boolean }) {
  return {
    extends: true as const,
    test: { ...test, name, exclude: [...configDefaults.exclude, ...test.exclude] },
  };
}

export default defineConfig({
  test: {
    projects: [
      // Loading the same modules again for each file would take a third of all time.
      project('shared process', { include: ['test/**/*.test.ts'], exclude: OWN_PROCESS, isolate: false }),
      project('own process', { include: OWN_PROCESS, exclude: IN_CI ? [] : [LONG], isolate: true }),
    ],
    setupFiles: ['scripts/leftovers.ts'],
    globalSetup: ['scripts/build-web-before-tests.ts'],
    pool: 'forks',
    // Tests mostly wait: for processes that they start, for pcscd, which looks for cards every 400 ms. Two files for each core pay.
    maxWorkers: 2 * availableParallelism(),
    // Limits are for what hangs: a machine with other things to do may be slow.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    teardownTimeout: 10_000,
    globals: false,
    passWithNoTests: false,
  },
});
