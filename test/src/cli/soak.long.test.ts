import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { Shell } from './encoderctl-process.ts';

const report = z.object({
  schema: z.literal('encoderd-soak/1'),
  samples: z.array(z.looseObject({ restarts: z.int(), succeeded: z.int(), pulled_cards: z.int() })),
  verdict: z.object({ is_well: z.boolean(), complaints: z.array(z.string()) }),
});

test('encoderctl soak works a daemon of its own for a minute, restarts it twice, finds nothing wrong and leaves nothing', async () => {
  await using shell = new Shell();
  // The folders that it makes are told from those of others by where they are.
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-soak-test-'));
  try {
    const before = readdirSync(shell.stateDir);
    const path = join(folder, 'report.json');
    process.env['TMPDIR'] = folder;
    const { code, stdout } = await shell.run(
      'soak',
      '--hours',
      '0.0167',
      '--encoders',
      '3',
      '--report',
      path,
    );
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(stdout).toMatch(/^ +\d:\d\d {2}\d+ attempts, \d+ succeeded; .* rss \d+\.\d MB; \d+ files/m);
    const { samples, verdict } = report.parse(JSON.parse(readFileSync(path, 'utf8')));
    expect(verdict).toMatchObject({ is_well: true, complaints: [] });
    const last = samples.at(-1);
    expect(last?.restarts).toBe(2);
    expect(last?.succeeded).toBeGreaterThan(30);
    expect(last?.pulled_cards).toBeGreaterThan(0);
    expect(readdirSync(folder)).toEqual(['report.json']);
    expect(readdirSync(shell.stateDir)).toEqual(before);
    expect(existsSync(join(shell.stateDir, 'encoderd.db'))).toBe(false);
  } finally {
    delete process.env['TMPDIR'];
    rmSync(folder, { recursive: true, force: true });
  }
}, 240_000);
