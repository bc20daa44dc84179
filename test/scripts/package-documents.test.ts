import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Help, helpText, parseHelp } from '../../scripts/package/commands.ts';
import { bashCompletion } from '../../scripts/package/completion.ts';
import { configurationPage, encoderctlPage, titleLine } from '../../scripts/package/man.ts';

const root = join(import.meta.dirname, '../..');
const files = join(root, 'scripts/package/files');
const read = (name: string) => readFileSync(join(files, name), 'utf8');
const help = parseHelp(helpText(root));
const head = { version: '1.2.3', date: '2026-11-22' };

const pages: Readonly<Record<string, string>> = {
  'encoderctl.1': encoderctlPage(head, help),
  'encoderd.yaml.5': configurationPage(head, read('encoderd.yaml')),
  'encoderd.8': `${titleLine('encoderd', 8, head)}\n${read('encoderd.8')}`,
};

function temporaryFile(name: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-documents-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

describe('a usage text is taken apart', () => {
  const parsed = parseHelp(
    [
      'usage: encoderctl <command> [--json] [--url URL]',
      '',
      '  keys create --name NAME [--scope SCOPE ...] | keys list',
      '  card read | card erase [--overwrite]  [--timeout SECONDS]',
      '  pairing [list]  (pages | that ask)',
      '  restore (FILE | --last-good)',
      '      Puts it back; or not.',
      '      --last-good  the newest | one',
      '  show [--system linux|macos]',
    ].join('\n'),
  );
  const usages = parsed.lines.flatMap((line) => line.usages);
  const of = (start: string) => usages.find(({ synopsis }) => synopsis.startsWith(start));

  test('into one usage for each alternative', () => {
    expect(usages.map(({ command, action }) => [command, action])).toEqual([
      ['keys', 'create'],
      ['keys', 'list'],
      ['card', 'read'],
      ['card', 'erase'],
      ['pairing', 'list'],
      ['restore', null],
      ['show', null],
    ]);
  });

  test('with the options of each, and those of all', () => {
    expect([...parsed.shared]).toEqual([
      ['--json', null],
      ['--url', 'URL'],
    ]);
    expect([...(of('keys create')?.options ?? [])]).toEqual([
      ['--name', 'NAME'],
      ['--scope', 'SCOPE'],
    ]);
    expect([...(of('card read')?.options ?? [])]).toEqual([['--timeout', 'SECONDS']]);
    expect([...(of('card erase')?.options.keys() ?? [])]).toEqual(['--overwrite', '--timeout']);
    expect(of('show')?.options.get('--system')).toBe('linux|macos');
  });

  test('with what is said of it', () => {
    expect(parsed.lines.map(({ remark }) => remark)).toEqual([null, null, 'pages | that ask', null, null]);
    expect(of('restore')?.values).toEqual(['FILE']);
    const told = parsed.lines.find(({ summary }) => summary !== null);
    expect(told).toMatchObject({
      usages: [{ command: 'restore' }],
      summary: 'Puts it back; or not.',
      notes: [{ word: '--last-good', text: 'the newest | one' }],
    });
  });
});

const hasGroff = spawnSync('groff', ['--version']).status === 0;

describe('manual pages', () => {
  test.skipIf(!hasGroff).each(Object.keys(pages))('man formats %s without a warning', (name) => {
    const path = temporaryFile(name, pages[name] ?? '');
    const { status, stderr } = spawnSync('groff', ['-man', '-ww', '-z', '-Tutf8', path], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  test.skipIf(!hasGroff)('encoderctl(1) has every usage that encoderctl knows', () => {
    const path = temporaryFile('encoderctl.1', pages['encoderctl.1'] ?? '');
    const shown = execFileSync('groff', ['-man', '-Tascii', '-P-cbou', '-rLL=1000n', path], {
      encoding: 'utf8',
    });
    const plain = shown.replaceAll(/\s+/g, ' ');
    for (const { usages } of help.lines) {
      for (const { synopsis } of usages) expect(plain).toContain(synopsis.replaceAll(/\s+/g, ' '));
    }
    for (const { summary, notes } of help.lines) {
      for (const text of [summary ?? '', ...notes.map(({ word, text: said }) => `${word} ${said}`)])
        expect(plain).toContain(text.replaceAll(/\s+/g, ' '));
    }
  });

  test('encoderd(8) has every flag and every variable that the configuration is read from', () => {
    const source = readFileSync(join(root, 'src/config.ts'), 'utf8');
    const variables = new Set(source.match(/ENCODERD_[A-Z_]+/g));
    expect(variables.size).toBeGreaterThan(5);
    for (const name of variables) expect(pages['encoderd.8']).toContain(name);
    for (const flag of ['config', 'state-dir', 'port', 'log-level', 'drivers']) {
      expect(pages['encoderd.8']).toContain(`\\-\\-${flag.replaceAll('-', '\\-')}`);
    }
  });
});

describe('completion in bash', () => {
  const offered = (...words: readonly string[]) => offeredBy(help, words);

  test.each([
    [['d'], ['desks', 'doctor']],
    [
      ['keys', ''],
      ['create', 'list', 'revoke'],
    ],
    [['keys', 'create', '--na'], ['--name']],
    [
      ['keys', 'create', '--scope', ''],
      ['read', 'scan', 'encode', 'manage', 'admin', 'bridge'],
    ],
    [['--v'], ['--version']],
    [['help', 'do'], ['doctor']],
    [['webhooks', 'deliveries', '--state', 'g'], ['given_up']],
    [['doctor', '--f'], ['--fix']],
    [['scan', '--js'], ['--json']],
    [['scan', '--timeout', ''], []],
    [['site-keys', 'import', 'READ'], ['README.md']],
    [['nothing', 'at', 'all'], []],
  ])('offers what can follow: %j', (words, wanted) => {
    expect(offered(...words)).toEqual(wanted);
  });
});

function offeredBy(known: Help, words: readonly string[]): readonly string[] {
  const script = temporaryFile('encoderctl', bashCompletion(known));
  const program = `source "$1"; shift; COMP_WORDS=(encoderctl "$@"); COMP_CWORD=$#; _encoderctl; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const said = execFileSync('bash', ['--norc', '-uec', program, 'bash', script, ...words], {
    cwd: root,
    encoding: 'utf8',
  });
  return said.split('\n').filter((word) => word !== '');
}

describe('the scripts of the package', () => {
  const installed = (version: string, environment: Readonly<Record<string, string>> = {}) => {
    const path = temporaryFile('preinst', read('preinst').replaceAll('@VERSION@', '1.2.3'));
    const { status, stderr } = spawnSync('sh', [path, 'install', version], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], ...environment },
    });
    return { status, stderr };
  };

  test.each(['preinst', 'postinst', 'prerm', 'postrm', 'encoderctl'])('%s is a script for sh', (name) => {
    expect(spawnSync('sh', ['-n', join(files, name)]).status).toBe(0);
    expect(read(name)).toMatch(/^#!\/bin\/sh\n/);
  });

  test('an older version is not installed over a newer one, and what to do is said', () => {
    const { status, stderr } = installed('1.10.0');
    expect(status).toBe(1);
    expect(stderr).toContain('version 1.10.0 was installed here');
    expect(stderr).toContain('ENCODERD_ALLOW_DOWNGRADE=1');
  });

  test.each([
    ['a newer one over an older one', '1.2.2', {}],
    ['one over itself', '1.2.3', {}],
    ['one where there was none', '', {}],
    ['an older one, when somebody wants it', '1.10.0', { ENCODERD_ALLOW_DOWNGRADE: '1' }],
  ])('it installs %s', (_, version, environment) => {
    expect(installed(version, environment)).toEqual({ status: 0, stderr: '' });
  });

  test('root stays root for commands that there are', () => {
    const [, list = ''] = /^ROOT_COMMANDS='(.*)'$/m.exec(read('encoderctl')) ?? [];
    const commands = help.lines.flatMap(({ usages }) => usages.map(({ command }) => command));
    expect(list.split(' ').filter((name) => !commands.includes(name))).toEqual([]);
  });
});

test('every page that a manual page names is in docs', () => {
  const named = Object.values(pages).flatMap((page) => page.match(/docs\/[a-z/-]+\.md/g) ?? []);
  for (const path of named) expect(existsSync(join(root, path))).toBe(true);
});
