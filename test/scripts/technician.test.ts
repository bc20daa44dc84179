import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const FOLDER = fileURLToPath(new URL('../../scripts/technician/', import.meta.url));
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ENCODERCTL = fileURLToPath(new URL('../../src/cli/encoderctl.ts', import.meta.url));

/** What they all read first. */
const SHARED = 'encoderctl.sh';

const scripts = readdirSync(FOLDER).filter((name) => name.endsWith('.sh') && name !== SHARED);
const textOf = (name: string) => readFileSync(join(FOLDER, name), 'utf8');

/** The words with which a script calls encoderctl, when this is behind it. */
function calledWith(script: string, ...words: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-technician-'));
  try {
    const program = join(folder, 'encoderctl');
    writeFileSync(program, '#!/bin/sh\nprintf "%s\\n" "$@"\n', { mode: 0o755 });
    const env = { ...process.env, ENCODERCTL: program };
    return execFileSync('sh', [join(FOLDER, script), ...words], { env, encoding: 'utf8', cwd: folder });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe("a technician's script", () => {
  const hasShellcheck = spawnSync('shellcheck', ['--version']).status === 0;
  if (!hasShellcheck && process.env['CI'] === 'true') throw new Error('There is no shellcheck.');

  test('is there for everything that the issue of a desk may need', () => {
    const wanted = [
      ...['watch', 'identify', 'loopback', 'acceptance', 'inspect', 'capture', 'replay', 'soak'],
      ...['backup', 'restore', 'factory-reset', 'doctor', 'bundle'],
    ];
    expect(scripts).toEqual(wanted.map((name) => `${name}.sh`).sort());
  });

  test.each(scripts)('%s is a few lines of sh, and stands in the README with its own words', (name) => {
    expect(spawnSync('sh', ['-n', join(FOLDER, name)]).status).toBe(0);
    const [shebang, comment = '', ...lines] = textOf(name).trimEnd().split('\n');
    expect(shebang).toBe('#!/bin/sh');
    expect(lines.length).toBeLessThanOrEqual(4);
    expect(textOf('README.md')).toContain(`| \`${name}\` | ${comment.slice(2)} |`);
  });

  test('has no row in the README without a script', () => {
    const rows = [...textOf('README.md').matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name);
    expect(rows).toEqual(scripts);
  });

  test('calls a command that encoderctl has', () => {
    const help = execFileSync(process.execPath, [ENCODERCTL, 'help'], { encoding: 'utf8' });
    for (const name of scripts) {
      const [command] = calledWith(name).split('\n');
      expect(help).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
    }
  });

  test('hands on what stands behind it, as it is', () => {
    expect(calledWith('identify.sh', 'Front desk; rm -rf', '--json')).toBe(
      'encoders\nidentify\nFront desk; rm -rf\n--json\n',
    );
    expect(calledWith('acceptance.sh', 'X')).toMatch(
      /^acceptance\n--html\nacceptance-\d{4}-\d\d-\d\d-\d{4}\.html\n--output\nacceptance-[\d-]+\.json\nX\n$/,
    );
  });

  test.skipIf(!hasShellcheck)('is clean by shellcheck', () => {
    const files = [...scripts, SHARED].map((name) => join(FOLDER, name));
    const { status, stdout } = spawnSync('shellcheck', ['-x', ...files], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });
});
