import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Entry, textEntry } from './entry.ts';
import type { Build } from './tree.ts';

const FILES = join(import.meta.dirname, 'files');

/** Who is told of what is wrong with the package: whoever builds it for others says so. */
export const MAINTAINER =
  process.env['ENCODERD_PACKAGE_MAINTAINER'] ?? 'encoderd maintainers <encoderd@localhost>';

/** The files of a package's `DEBIAN` folder (https://www.debian.org/doc/debian-policy/ch-controlfields.html). */
export function controlEntries(build: Build, entries: readonly Entry[]): readonly Entry[] {
  return [
    textEntry('DEBIAN/control', control(build, entries)),
    textEntry('DEBIAN/conffiles', '/etc/encoderd/encoderd.yaml\n'),
    textEntry('DEBIAN/md5sums', md5sums(entries)),
    ...['preinst', 'postinst', 'prerm', 'postrm'].map((name) => script(name, build)),
  ];
}

function script(name: string, { version }: Build): Entry {
  const text = readFileSync(join(FILES, name), 'utf8').replaceAll('@VERSION@', version);
  return textEntry(`DEBIAN/${name}`, text, 0o755);
}

function control({ version }: Build, entries: readonly Entry[]): string {
  const kibibytes = entries.reduce((sum, entry) => sum + Math.ceil(entry.bytes.byteLength / 1024), 0);
  return `Package: encoderd
Version: ${version}
Architecture: amd64
Maintainer: ${MAINTAINER}
Installed-Size: ${kibibytes}
Depends: ${[...libraries(entries), 'libpcsclite1', 'libusb-1.0-0', 'pcscd', 'adduser | systemd'].join(', ')}
Recommends: libccid
Section: misc
Priority: optional
Description: daemon of a front desk's card encoders
 It drives the card encoders at a front desk (PC/SC, PN532, TWN4, pcProx,
 MSR605) and gives them to the apps of the property over a local HTTP and
 WebSocket API. Technicians have encoderctl.
`;
}

/** Which gcc brought a version of libstdc++ (https://gcc.gnu.org/onlinedocs/libstdc++/manual/abi.html). */
const GCC_OF_GLIBCXX: Readonly<Record<string, string>> = {
  '3.4.21': '5',
  '3.4.22': '6',
  '3.4.26': '9',
  '3.4.28': '10',
  '3.4.29': '11',
  '3.4.30': '12',
  '3.4.32': '13',
  '3.4.33': '14',
};

/** What the native code was linked against, by the symbol versions that it names. */
function libraries(entries: readonly Entry[]): readonly string[] {
  const native = entries.filter(({ path }) => /(\.node|\/bin\/node)$/.test(path));
  const newest = (name: string) => native.map((entry) => newestSymbol(entry, name)).reduce(later, '0');
  const glibcxx = newest('GLIBCXX');
  const gcc = Object.entries(GCC_OF_GLIBCXX).find(([symbols]) => later(symbols, glibcxx) === symbols);
  if (gcc === undefined) throw new Error(`GLIBCXX_${glibcxx} is of a gcc that this table does not know.`);
  return [`libc6 (>= ${newest('GLIBC')})`, 'libgcc-s1', `libstdc++6 (>= ${gcc[1]})`];
}

function newestSymbol(entry: Entry, name: string): string {
  const text = Buffer.from(entry.bytes).toString('latin1');
  return [...text.matchAll(new RegExp(`\\b${name}_(\\d+(?:\\.\\d+)+)\\0`, 'g'))]
    .map(([, version = '0']) => version)
    .reduce(later, '0');
}

const later = (one: string, other: string): string =>
  one.localeCompare(other, 'en', { numeric: true }) >= 0 ? one : other;

function md5sums(entries: readonly Entry[]): string {
  const sum = (entry: Entry) => createHash('md5').update(entry.bytes).digest('hex');
  return entries
    .filter(({ path }) => !path.startsWith('etc/'))
    .map((entry) => `${sum(entry)}  ${entry.path}\n`)
    .join('');
}

/** The version of the checkout. */
export function versionOf(root: string): string {
  const { version }: { version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return version;
}
