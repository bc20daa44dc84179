import { chmodSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Shell } from './encoderctl-process.ts';

const said = z.object({
  worst: z.enum(['ok', 'note', 'warning', 'error']),
  findings: z.array(
    z.object({
      id: z.string().regex(/^[a-z]+(-[a-z]+)*$/),
      severity: z.enum(['ok', 'note', 'warning', 'error']),
      summary: z.string().regex(/[.?!]$/),
      evidence: z.array(z.string()),
      cure: z.string(),
      is_fixable: z.boolean(),
    }),
  ),
  fixed: z
    .array(z.object({ id: z.string(), deeds: z.array(z.string()), failure: z.string().nullable() }))
    .optional(),
});

describe('encoderctl doctor', () => {
  test('works with no daemon and no state folder: problems first, each with what was seen and what to do', async () => {
    await using shell = new Shell();
    const { code, stdout, stderr } = await shell.run('doctor');
    expect(stderr).toBe('');
    expect(code).toBe(2);
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^✗ .* \[[a-z-]+\]$/);
    expect(lines[1]).toMatch(/^ {4}seen: /);
    expect(stdout).toMatch(/^✗ The daemon does not run\. \[daemon-not-running\]$/m);
    expect(stdout.lastIndexOf('✗')).toBeLessThan(stdout.indexOf('✓'));
    expect(stdout).toMatch(/\d+ errors?, \d+ warnings?, \d+ notes?, \d+ /);
  });
  test('says the same to a program, and ends with a code by the worst', async () => {
    await using shell = new Shell();
    const { code, stdout } = await shell.run('doctor', '--json');
    const { worst, findings, fixed } = said.parse(JSON.parse(stdout));
    expect({ ok: 0, note: 0, warning: 1, error: 2 }[worst]).toBe(code);
    expect(fixed).toBeUndefined();
    expect(findings.filter(({ id }) => id === 'check-failed')).toEqual([]);
    for (const { severity, evidence, summary } of findings)
      if (severity !== 'ok') expect(evidence, summary).not.toEqual([]);
  });
  test('finds the daemon that runs, and its database sound', async () => {
    await using shell = new Shell();
    await shell.startDaemon();
    const { findings } = said.parse(JSON.parse((await shell.run('doctor', '--json')).stdout));
    const ids = findings.map(({ id }) => id);
    expect(ids).toEqual(
      expect.arrayContaining(['daemon-runs', 'database-sound', 'drivers-work', 'disk-works']),
    );
    expect(ids).not.toContain('version-mismatch');
  });
  test.skipIf(process.getuid?.() !== 0)('--fix says each thing that it does, and what is left', async () => {
    await using shell = new Shell();
    await shell.run('keys', 'list');
    await shell.run('keys', 'create', '--name', 'desk');
    chmodSync(shell.stateDir, 0o755);
    writeFileSync(`${shell.stateDir}/old.key`, '', { mode: 0o644 });
    const { stdout } = await shell.run('doctor', '--fix');
    expect(stdout).toContain(`→ chmod go= ${shell.stateDir}\n`);
    expect(stdout).toContain(`→ chmod go= ${shell.stateDir}/old.key\n`);
    expect(stdout).toContain('Looked again:');
    expect(stdout).not.toContain('state-open-to-others');
  });
  test('used wrongly ends with 64', async () => {
    await using shell = new Shell();
    expect((await shell.run('doctor', 'please')).code).toBe(64);
    expect((await shell.run('doctor', '--cure')).code).toBe(64);
  });
});
