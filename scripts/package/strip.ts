import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Entry } from './entry.ts';

/** The program at `from` without the tables for debuggers, which Node.js's own build brings along: 18 MB of them. */
export function strippedEntry(path: string, from: string, mode: Entry['mode'] = 0o644): Entry {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-strip-'));
  try {
    const target = join(folder, 'stripped');
    const sections = ['--remove-section=.comment', '--remove-section=.note'];
    execFileSync('strip', ['--strip-unneeded', ...sections, '-o', target, from]);
    return { path, mode, bytes: readFileSync(target) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
