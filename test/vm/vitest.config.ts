import { defineConfig } from 'vitest/config';

/** `npm run test:vm`. One guest at a time: it takes a core of its own. */
// biome-ignore lint/style/noDefaultExport: vitest wants it so.
export default defineConfig({
  test: {
    include: ['test/vm/**/*.vm.ts'],
    globalSetup: ['test/vm/compile.ts'],
    setupFiles: ['scripts/leftovers.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 300_000,
    teardownTimeout: 10_000,
    globals: false,
    passWithNoTests: false,
  },
});
