import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['scripts/leftovers.ts'],
    pool: 'forks',
    // Tests mostly wait: for processes that they start, for pcscd, which looks for cards every 400 ms. Two files for each core pay.
    maxWorkers: 2 * availableParallelism(),
    testTimeout: 20_000,
    hookTimeout: 20_000,
    teardownTimeout: 10_000,
    globals: false,
    passWithNoTests: false,
  },
});
