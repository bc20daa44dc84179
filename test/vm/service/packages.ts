import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drivers } from '../../../drivers/index.ts';
import { versionOf } from '../../../scripts/package/control.ts';

const root = join(import.meta.dirname, '../../..');
const made = join(root, 'node_modules/.cache/vm-packages');

/** A package of this checkout that a guest can install. */
export interface BuiltPackage {
  readonly version: string;
  /** Its contents are not packed: the guest would take a minute for that. */
  readonly path: string;
}

/** The version of this checkout; the one before it. */
export const VERSION = versionOf(root);
export const VERSION_BEFORE = '0.0.9';

/** `npm run package` in this version, as it is handed out: the path of the file in `folder`. */
export function handedOutPackage(version: string, folder: string): string {
  const [packed = ''] = execFileSync(process.execPath, ['scripts/package.ts', folder], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, ENCODERD_PACKAGE_VERSION: version },
  }).split('\n');
  return packed;
}

/** Builds `npm run package` in this version. */
export function buildPackage(version: string): BuiltPackage {
  mkdirSync(made, { recursive: true });
  const temporary = mkdtempSync(join(tmpdir(), 'encoderd-packages-'));
  try {
    const packed = handedOutPackage(version, temporary);
    const tree = join(temporary, 'tree');
    const path = join(made, `encoderd_${version}.deb`);
    execFileSync('dpkg-deb', ['-R', packed, tree]);
    execFileSync('dpkg-deb', ['-b', '-Znone', tree, path], { stdio: 'ignore' });
    return { version, path };
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** An archive of compiled code, for the programs where the package installs them, whatever its version. */
export function compiledCode({ path }: BuiltPackage): string {
  const temporary = mkdtempSync(join(tmpdir(), 'encoderd-packages-'));
  try {
    const tree = join(temporary, 'tree');
    execFileSync('dpkg-deb', ['-x', path, tree]);
    const archive = join(made, 'compiled.tar');
    compile(tree, join(temporary, 'compiled'), archive);
    return archive;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** Runs the installed programs as far as they compile, seen where they will be installed: in a mount namespace of their own, which this machine does not notice. */
function compile(tree: string, folder: string, archive: string): void {
  const imports = drivers
    .map(({ name }) => `/usr/lib/encoderd/drivers/${name}/index.ts`)
    .map((module) => `await import('${module}');`);
  const script = `
    mount -t overlay overlay -o lowerdir=${tree}/usr/lib:/usr/lib /usr/lib
    cd /usr/lib/encoderd
    bin/node src/main.ts --no-such-flag
    bin/node src/cli/encoderctl.ts help
    bin/node src/encoder/host/host-process.ts
    bin/node --input-type=module -e "${imports.join('')} await import('serialport'); await import('node-hid')"
    exit 0`;
  mkdirSync(folder);
  execFileSync('unshare', ['--mount', 'sh', '-c', script], {
    env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: folder },
    stdio: 'ignore',
  });
  execFileSync('tar', ['--mode=a+rX', '-cf', archive, '-C', folder, '.']);
}
