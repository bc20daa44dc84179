import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { FAULTS } from '../network/fault.ts';

const DEMO = fileURLToPath(new URL('../../scripts/property-demo.ts', import.meta.url));

test('the demo of a property server ends well: every assignment arrives once, through every fault', async () => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [DEMO], { timeout: 110_000 });
  expect(stderr).toBe('');
  const lines = stdout.trim().split('\n');
  expect(lines.filter((line) => line.endsWith(': the assignment arrives, once'))).toHaveLength(
    Object.keys(FAULTS).length,
  );
  expect(lines.at(-1)).toContain('each once');
});
