import { runTests, type TestCount } from '../test-run.ts';
import { vmImage } from './image.ts';

/** Runs the tests of test/vm, with the image made first where there is none. An image that cannot be made counts as one test that failed. */
export async function runVmTests(words: readonly string[]): Promise<TestCount> {
  try {
    await vmImage();
  } catch (error) {
    console.log(
      `The tests in a virtual machine did not run: ${error instanceof Error ? error.message : error}`,
    );
    return { passed: 0, failed: 1, skipped: 0 };
  }
  return runTests(['--config', 'test/vm/vitest.config.ts', ...words]);
}
