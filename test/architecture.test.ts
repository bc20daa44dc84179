import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, posix } from 'node:path';
import { describe, expect, test } from 'vitest';

/** What every part that does work may use. */
const DAILY = ['src/clock.ts', 'src/doorbell.ts', 'src/log.ts'];

/**
 * Who may import whom, besides itself, packages and Node.js. The longest row that begins a file's path is the file's;
 * `*` is one folder. `type X` allows only `import type` from X. test and scripts may import anything.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'src/clock.ts': [],
  'src/doorbell.ts': [],
  'src/log.ts': [],
  'src/model': [],
  'src/card': ['src/model', 'src/encoder/errors.ts'],
  'src/encoder': ['src/model', 'type src/card', ...DAILY],
  'drivers/*': [
    ...['src/model', 'src/card', 'src/encoder/contract.ts', 'src/encoder/errors.ts', 'drivers/ports'],
    ...['type src/encoder/tap.ts', ...DAILY],
  ],
  'drivers/ports': [
    ...['src/model', 'src/card', 'src/encoder/contract.ts', 'src/encoder/errors.ts'],
    'type src/encoder/tap.ts',
  ],
  'drivers/index.ts': ['drivers'],
  'src/store': ['src/model', ...DAILY],
  'src/site': ['src/model', 'src/store', ...DAILY],
  'src/attempts': [
    ...['src/model', 'src/card', 'src/encoder', 'src/store', 'src/site', 'src/site-keys/errors.ts'],
    ...DAILY,
  ],
  'src/service': ['src/store', 'type src/site', 'type src/encoder', ...DAILY],
  'src/sync': ['src/model', 'src/store', 'src/site', ...DAILY],
  'src/api': [
    ...['src/model', 'src/encoder', 'src/store', 'src/site', 'src/attempts', 'src/sync'],
    ...['type src/config.ts', ...DAILY],
  ],
  'src/client': ['type src/api', 'src/model/page-proof.ts', 'type src/model'],
  'src/console': ['type src/api', 'type src/model', 'src/client'],
  'src/cli': [
    ...['type src/api', 'src/config.ts', 'src/site-keys.ts', 'src/site-keys', 'src/tls'],
    ...['src/model', 'src/store', 'src/site', 'src/doctor', 'drivers/ports', 'src/replay'],
  ],
  // It does with drivers what the daemon does, without one.
  'src/replay': [...['src/model', 'src/card', 'src/encoder', 'drivers/index.ts', 'drivers/pcsc/profiles.ts']],
  'src/tls': ['type src/log.ts'],
  'src/config.ts': ['src/model', 'src/default-state-dir.ts', 'src/parse-yaml.ts'],
  'src/parse-yaml.ts': [],
  'src/default-state-dir.ts': [],
  'src/site-keys.ts': ['src/card/site-keys.ts', 'src/site-keys'],
  'src/site-keys': ['src/card/site-keys.ts'],
  'src/main.ts': [
    ...[
      'src/daemon.ts',
      'src/config.ts',
      'src/log.ts',
      'src/clock.ts',
      'src/store/errors.ts',
      'src/wanted-drivers.ts',
    ],
    'src/service',
  ],
  'src/wanted-drivers.ts': ['drivers/index.ts', 'type src/config.ts'],
  'src/run-drivers.ts': [
    ...['drivers/index.ts', 'type src/config.ts', 'src/encoder', 'src/wanted-drivers.ts', ...DAILY],
  ],
  // It looks at the computer as a driver does, and never at a device.
  'src/doctor': [
    ...['src/model', 'src/store', 'src/config.ts', 'src/wanted-drivers.ts'],
    ...['drivers/index.ts', 'drivers/ports'],
  ],
  'src/daemon.ts': ['src', 'drivers'],
};

/** A codec that two transports share: `[driver, file of another driver]`. */
const SHARED_CODECS: readonly (readonly [string, string])[] = [];

const NATIVE_PACKAGES = ['nfc-pcsc', 'serialport', 'node-hid'];
const SQL_FOLDERS = ['src/store/sqlite', 'src/store/migrations'];
const LONGEST_FILE_LINES = 300;

/** Text by path from the top of the checkout. */
type Tree = ReadonlyMap<string, string>;

interface Import {
  readonly from: string;
  /** A path from the top of the checkout, or the name of a package or of a part of Node.js. */
  readonly to: string;
  readonly kind: 'type' | 'static' | 'lazy';
}

/** A rule, and trees that break it: a rule that cannot fail holds nothing. */
interface Rule {
  readonly fact: string;
  readonly breaches: (tree: Tree) => readonly string[];
  readonly broken: readonly Readonly<Record<string, string>>[];
}

const rules: readonly Rule[] = [
  {
    fact: 'nobody imports what the table does not allow',
    breaches: (tree) =>
      importsOf(tree)
        .filter((line) => isOurs(line.to) && !isAllowed(line))
        .map(show),
    broken: [
      { 'src/api/a.ts': "import { drivers } from '../../drivers/index.ts';" },
      { 'src/cli/a.ts': "import { Attempt } from '../api/attempt.ts';" },
      { 'drivers/pn532/a.ts': "export * from '../pcsc/codec.ts';" },
      { 'src/model/a.ts': "export async function a() {\n  await import('../log.ts');\n}" },
    ],
  },
  {
    fact: 'every file has a row in the table',
    breaches: (tree) => [...tree.keys()].filter((path) => rowOf(path) === undefined),
    broken: [{ 'src/server.ts': '' }],
  },
  {
    fact: 'src/model is pure: no package, nothing of Node.js',
    breaches: (tree) =>
      importsOf(tree)
        .filter((line) => line.from.startsWith('src/model/') && !isOurs(line.to))
        .map(show),
    broken: [{ 'src/model/a.ts': "import type { z } from 'zod';" }],
  },
  {
    fact: 'src/card does nothing with Node.js but reckon with its ciphers',
    breaches: (tree) =>
      importsOf(tree)
        .filter((line) => line.from.startsWith('src/card/') && line.to.startsWith('node:'))
        .filter((line) => line.to !== 'node:crypto')
        .map(show),
    broken: [{ 'src/card/a.ts': "import {\n  readFile,\n} from 'node:fs/promises';" }],
  },
  {
    fact: 'SQL stays in src/store/sqlite',
    breaches: (tree) =>
      importsOf(tree)
        .filter(
          (line) => line.to === 'better-sqlite3' && !SQL_FOLDERS.some((folder) => isIn(line.from, folder)),
        )
        .map(show),
    broken: [{ 'src/store/open.ts': "import Database from 'better-sqlite3';" }],
  },
  {
    fact: 'native packages are loaded by drivers, and only when needed',
    breaches: (tree) =>
      importsOf(tree)
        .filter((line) => NATIVE_PACKAGES.some((name) => isIn(line.to, name)) && line.kind !== 'type')
        .filter((line) => !(line.kind === 'lazy' && line.from.startsWith('drivers/')))
        .map(show),
    broken: [{ 'drivers/pcsc/a.ts': "import { NFC } from 'nfc-pcsc';" }],
  },
  {
    fact: 'every driver folder is listed in drivers/index.ts',
    breaches: (tree) => {
      const list = tree.get('drivers/index.ts') ?? '';
      const folders = new Set(
        [...tree.keys()].flatMap((path) => /^drivers\/([^/]+)\/index\.ts$/.exec(path)?.[1] ?? []),
      );
      return [...folders].filter(
        (name) => !list.includes(`name: '${name}'`) || !list.includes(`'./${name}/index.ts'`),
      );
    },
    broken: [{ 'drivers/index.ts': '', 'drivers/twn4/index.ts': '' }],
  },
  {
    fact: 'nothing is exported without a name',
    breaches: (tree) => pathsWhere(tree, (text) => /^export (default\b|\{[^}]*\bas default\b)/m.test(text)),
    broken: [{ 'src/site/a.ts': 'const a = 1;\nexport default a;' }],
  },
  {
    fact: 'a file is named after what it holds',
    breaches: (tree) =>
      [...tree.keys()].filter((path) => /^(utils?|helpers?|common|types?)\.tsx?$/.test(basename(path))),
    broken: [{ 'src/site/utils.ts': '' }],
  },
  {
    fact: `no file is longer than ${LONGEST_FILE_LINES} lines`,
    breaches: (tree) => pathsWhere(tree, (text) => text.trimEnd().split('\n').length > LONGEST_FILE_LINES),
    broken: [{ 'src/site/a.ts': ';\n'.repeat(LONGEST_FILE_LINES + 1) }],
  },
  {
    fact: 'no files import each other in a circle',
    breaches: circles,
    broken: [
      {
        'src/site/a.ts': "import { b } from './b.ts';",
        'src/site/b.ts': "import { c } from './c.ts';",
        'src/site/c.ts': "export type { A } from './a.ts';",
      },
    ],
  },
];

describe('the checkout', () => {
  const tree = readTree(['src', 'drivers']);
  test.each(rules)('$fact', ({ breaches }) => {
    expect(breaches(tree)).toEqual([]);
  });
});

describe('a breach is seen', () => {
  test.each(rules)('$fact', ({ breaches, broken }) => {
    for (const files of broken) expect(breaches(new Map(Object.entries(files)))).not.toEqual([]);
  });
});

function readTree(folders: readonly string[]): Tree {
  const root = join(import.meta.dirname, '..');
  const paths = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`),
  );
  return new Map(
    paths
      .filter((path) => /\.tsx?$/.test(path))
      .map((path) => [path, readFileSync(join(root, path), 'utf8')]),
  );
}

function importsOf(tree: Tree): readonly Import[] {
  return [...tree].flatMap(([from, text]) => {
    const code = text.replaceAll(/^\s*\/\*[\s\S]*?\*\//gm, '').replaceAll(/(^|\s)\/\/.*$/gm, '');
    const statements = code.matchAll(
      /^\s*(?:import|export)\s+(?:(type)\s+)?(?:[\w\s{},*$]+?\sfrom\s+)?'([^']+)'/gm,
    );
    const calls = code.matchAll(/(typeof\s+)?\b(?:import|require)\(\s*'([^']+)'/g);
    return [
      ...[...statements].map(
        ([, type, to = '']) =>
          ({ from, to: resolve(from, to), kind: type === undefined ? 'static' : 'type' }) as const,
      ),
      ...[...calls].map(
        ([, type, to = '']) =>
          ({ from, to: resolve(from, to), kind: type === undefined ? 'lazy' : 'type' }) as const,
      ),
    ];
  });
}

function resolve(from: string, to: string): string {
  return to.startsWith('.') ? posix.join(posix.dirname(from), to) : to;
}

function isOurs(path: string): boolean {
  return isIn(path, 'src') || isIn(path, 'drivers');
}

function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** The row that a path stands in, its `*` filled in: `drivers/pcsc`. */
function rowOf(path: string): { readonly folder: string; readonly row: string } | undefined {
  return Object.keys(MAY_IMPORT)
    .flatMap((row) => {
      const depth = row.split('/').length;
      const folder = row.endsWith('/*') ? path.split('/').slice(0, depth).join('/') : row;
      const fits = row.endsWith('/*')
        ? folder.startsWith(row.slice(0, -1)) && folder !== path
        : isIn(path, row);
      return fits ? [{ folder, row }] : [];
    })
    .toSorted((a, b) => b.folder.length - a.folder.length)[0];
}

function isAllowed({ from, to, kind }: Import): boolean {
  const own = rowOf(from);
  if (own === undefined || isIn(to, own.folder)) return true;
  if (SHARED_CODECS.some(([driver, codec]) => isIn(from, `drivers/${driver}`) && to === codec)) return true;
  return (MAY_IMPORT[own.row] ?? []).some((name) =>
    name.startsWith('type ') ? kind === 'type' && isIn(to, name.slice('type '.length)) : isIn(to, name),
  );
}

function show({ from, to, kind }: Import): string {
  return `${from} -> ${to} (${kind})`;
}

function pathsWhere(tree: Tree, isBreach: (text: string) => boolean): readonly string[] {
  return [...tree].filter(([, text]) => isBreach(text)).map(([path]) => path);
}

/** Every circle of imports, as `a -> b -> a`; types count, since who reads one file has to read the other. */
function circles(tree: Tree): readonly string[] {
  const targets = Map.groupBy(importsOf(tree), (line) => line.from);
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) found.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
    if (done.has(path) || trail.includes(path)) return;
    for (const { to } of targets.get(path) ?? []) visit(to, [...trail, path]);
    done.add(path);
  };
  for (const path of tree.keys()) visit(path, []);
  return found;
}
