import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentEntries } from './documents.ts';
import { type Entry, fileEntry, textEntry } from './entry.ts';
import { moduleEntries, productionModules } from './modules.ts';
import { strippedEntry } from './strip.ts';

/** What a build is told. */
export interface Build {
  /** The top of the checkout. */
  readonly root: string;
  readonly version: string;
  /** The time of everything in the package, seconds since 1970 (https://reproducible-builds.org/specs/source-date-epoch/). */
  readonly epoch: number;
}

/** Where the program lies on a desk's computer. */
export const PROGRAM = 'usr/lib/encoderd';

const FILES = join(import.meta.dirname, 'files');

/** Every file of the package, sorted by path. */
export function packageEntries(build: Build): readonly Entry[] {
  const { root } = build;
  const modules = productionModules(root);
  return [
    strippedEntry(`${PROGRAM}/bin/node`, join(root, '.node/bin/node'), 0o755),
    textEntry(`${PROGRAM}/package.json`, manifest(build)),
    ...['src', 'drivers', 'dist/web'].flatMap((folder) => copied(root, folder)),
    ...moduleEntries(root, modules, PROGRAM),
    fileEntry('usr/bin/encoderctl', join(FILES, 'encoderctl'), 0o755),
    fileEntry('etc/encoderd/encoderd.yaml', join(FILES, 'encoderd.yaml')),
    ...systemdEntries(root),
    fileEntry('usr/lib/sysusers.d/encoderd.conf', join(root, 'systemd/encoderd.sysusers.conf')),
    fileEntry('usr/lib/udev/rules.d/60-encoderd.rules', join(root, 'systemd/60-encoderd.rules')),
    fileEntry('usr/share/polkit-1/rules.d/50-encoderd.rules', join(root, 'systemd/50-encoderd.polkit.rules')),
    fileEntry('usr/lib/modprobe.d/encoderd.conf', join(FILES, 'modprobe.conf')),
    ...documentEntries(build, modules),
  ].sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** The units, and the small programs that they run. */
function systemdEntries(root: string): readonly Entry[] {
  return readdirSync(join(root, 'systemd')).flatMap((name) => {
    const from = join(root, 'systemd', name);
    if (/\.(service|path|socket|timer)$/.test(name))
      return [fileEntry(`usr/lib/systemd/system/${name}`, from)];
    return name.includes('.') ? [] : [fileEntry(`${PROGRAM}/systemd/${name}`, from, 0o755)];
  });
}

/** The files of a folder of the checkout that the daemon runs: no pages for people, no types for compilers. */
function copied(root: string, folder: string): readonly Entry[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((found) => found.isFile() && !found.name.startsWith('.'))
    .map((found) => join(found.parentPath, found.name).slice(root.length + 1))
    .filter((path) => !/(\.md|\.d\.ts|\/tsconfig[^/]*\.json)$/.test(path))
    .filter((path) => !path.startsWith('src/console/'))
    .map((path) => fileEntry(`${PROGRAM}/${path}`, join(root, path)));
}

/** The program's package.json: what Node.js reads of it, with this build's version. */
function manifest({ root, version }: Build): string {
  const { name, description, license, type }: Record<string, unknown> = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  );
  return `${JSON.stringify({ name, version, description, license, private: true, type }, null, 2)}\n`;
}
