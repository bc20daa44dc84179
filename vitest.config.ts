import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';

const IN_CI = process.env['CI'] === 'true';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Suites that another encoder or another way in has passed already, in a few minutes less: in CI they run, too.
    exclude: [...configDefaults.exclude, ...(IN_CI ? [] : ['test/**/*.long.test.ts'])],
    setupFiles: ['scripts/leftovers.ts'],
    globalSetup: ['scripts/build-web-before-tests.ts'],
    pool: 'forks',
    // Tests mostly wait: for processes that they start, for pcscd, which looks for cards every 400 ms. Two files for each core pay; in CI, where
    // long matrices keep the cores busy, one more than there are.
    maxWorkers: IN_CI ? availableParallelism() + 1 : 2 * availableParallelism(),
    testTimeout: 40_000,
    // Of a machine with other things to do.
    expect: { poll: { timeout: 10_000 } },
    hookTimeout: 20_000,
    teardownTimeout: 10_000,
    globals: false,
    passWithNoTests: false,
  },
});
