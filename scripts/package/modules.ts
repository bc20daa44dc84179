import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Entry, fileEntry } from './entry.ts';
import { strippedEntry } from './strip.ts';

/** One npm package that the daemon runs with. */
export interface Module {
  /** From the top of the checkout: `node_modules/ws`. */
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  /** In the words of its package.json, an SPDX expression. */
  readonly license: string;
}

/** Headers and scripts that only a compiler needs. */
const FOR_BUILDING = ['nan', 'node-addon-api'];

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      license: z.string().optional(),
      dev: z.boolean().optional(),
      devOptional: z.boolean().optional(),
    }),
  ),
});

/** What package-lock.json names for running, optional packages too; nothing that is there for development alone. */
export function productionModules(root: string): readonly Module[] {
  const { packages } = lockSchema.parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')));
  return Object.entries(packages)
    .filter(([folder, { dev, devOptional }]) => folder !== '' && dev !== true && devOptional !== true)
    .map(([folder, { version = '', license = 'unknown' }]) => {
      const name = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
      return { folder, name, version, license };
    })
    .filter(({ name }) => !FOR_BUILDING.includes(name))
    .sort((one, other) => (one.folder < other.folder ? -1 : 1));
}

/** Texts that a licence asks to be handed on; they are in /usr/share/doc/encoderd/copyright. */
const LICENCE = /^(licen[cs]e|copying|notice|copyright|unlicense|authors)([.-].*)?$/i;

export const isLicence = (name: string): boolean => LICENCE.test(name);

/** Folders at the top of an npm package that no program reads when it runs. */
const TOP_FOLDERS_LEFT_OUT = [
  ...['test', 'tests', '__tests__', 'example', 'examples', 'benchmark', 'benchmarks', 'bench'],
  ...['docs', 'coverage', 'deps', 'hidapi', 'integration', 'types', 'scripts', 'tools'],
];

/** Kinds of file that Node.js loads; whatever else is in an npm package is for people and compilers. */
const LOADED = /\.(js|cjs|mjs|json|node|wasm)$/;
const NOT_LOADED = /(\.min\.js|tsconfig[^/]*\.json|\.test\.[cm]?js|eslint[^/]*|prettier[^/]*)$/;

/** Native code of other machines than the one that the package is for: Linux on x86-64 with glibc. */
const PREBUILD_WANTED: readonly RegExp[] = [
  /^node_modules\/better-sqlite3\/prebuilds\/linux-x64\.node$/,
  /^node_modules\/node-hid\/prebuilds\/HID(_hidraw)?-linux-x64\//,
  /^node_modules\/@serialport\/bindings-cpp\/prebuilds\/linux-x64\/.*\.glibc\.node$/,
  /^node_modules\/@pokusew\/pcsclite\/build\/Release\/pcsclite\.node$/,
];

/** What is packed of one npm package, by its path from the top of the checkout. */
export function isPacked(folder: string, path: string): boolean {
  const inside = path.slice(folder.length + 1);
  const top = inside.slice(0, Math.max(inside.indexOf('/'), 0));
  const name = inside.slice(inside.lastIndexOf('/') + 1);
  if (top.startsWith('.') || TOP_FOLDERS_LEFT_OUT.includes(top)) return false;
  if (name.endsWith('.node')) return PREBUILD_WANTED.some((wanted) => wanted.test(path));
  return !name.startsWith('.') && LOADED.test(name) && !NOT_LOADED.test(name);
}

/** The files of all of them, to lie below `target`. */
export function moduleEntries(root: string, modules: readonly Module[], target: string): readonly Entry[] {
  return modules.flatMap(({ folder }) =>
    filesBelow(root, folder)
      .filter((path) => isPacked(folder, path))
      .map((path) => {
        const entry = path.endsWith('.node') ? strippedEntry : fileEntry;
        return entry(`${target}/${path}`, join(root, path));
      }),
  );
}

/** The files below a folder, but for npm packages that it holds itself: those have a line of their own in the lock. */
function filesBelow(root: string, folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules')
    .flatMap((found) => {
      const path = `${folder}/${found.name}`;
      if (found.isDirectory()) return filesBelow(root, path);
      return found.isFile() ? [path] : [];
    });
}
