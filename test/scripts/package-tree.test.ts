import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { drivers } from '../../drivers/index.ts';
import { controlEntries } from '../../scripts/package/control.ts';
import type { Entry } from '../../scripts/package/entry.ts';
import { isPacked, productionModules } from '../../scripts/package/modules.ts';
import { packageEntries } from '../../scripts/package/tree.ts';

const root = join(import.meta.dirname, '../..');
const build = { root, version: '1.2.3', epoch: 1_700_000_000 };

const textOf = (entry: Entry | undefined): string => {
  if (entry === undefined) throw new Error('There is no such file in the package.');
  return Buffer.from(entry.bytes).toString('utf8');
};

describe('the package', () => {
  let entries: readonly Entry[] = [];
  let control: readonly Entry[] = [];
  beforeAll(() => {
    entries = packageEntries(build);
    control = controlEntries(build, entries);
  });
  const paths = () => entries.map(({ path }) => path);
  const file = (path: string) => textOf([...entries, ...control].find((entry) => entry.path === path));

  test.each([
    'etc/encoderd/encoderd.yaml',
    'usr/bin/encoderctl',
    'usr/lib/encoderd/bin/node',
    'usr/lib/encoderd/package.json',
    'usr/lib/encoderd/src/main.ts',
    'usr/lib/encoderd/src/cli/encoderctl.ts',
    'usr/lib/encoderd/drivers/pcsc/index.ts',
    'usr/lib/encoderd/dist/web/client.js',
    'usr/lib/encoderd/dist/web/console/index.html',
    'usr/lib/encoderd/node_modules/better-sqlite3/package.json',
    'usr/lib/modprobe.d/encoderd.conf',
    'usr/lib/systemd/system/encoderd.service',
    'usr/lib/sysusers.d/encoderd.conf',
    'usr/lib/udev/rules.d/60-encoderd.rules',
    'usr/share/bash-completion/completions/encoderctl',
    'usr/share/doc/encoderd/README.gz',
    'usr/share/doc/encoderd/changelog.gz',
    'usr/share/doc/encoderd/copyright',
    'usr/share/man/man1/encoderctl.1.gz',
    'usr/share/man/man5/encoderd.yaml.5.gz',
    'usr/share/man/man8/encoderd.8.gz',
    'usr/share/polkit-1/rules.d/50-encoderd.rules',
  ])('holds %s', (path) => {
    expect(paths()).toContain(path);
  });

  test('has native code for this kind of machine alone', () => {
    const modules = 'usr/lib/encoderd/node_modules';
    expect(paths().filter((path) => path.endsWith('.node'))).toEqual([
      `${modules}/@pokusew/pcsclite/build/Release/pcsclite.node`,
      `${modules}/@serialport/bindings-cpp/prebuilds/linux-x64/@serialport+bindings-cpp.glibc.node`,
      `${modules}/better-sqlite3/prebuilds/linux-x64.node`,
      `${modules}/node-hid/prebuilds/HID-linux-x64/node-napi-v4.node`,
      `${modules}/node-hid/prebuilds/HID_hidraw-linux-x64/node-napi-v4.node`,
    ]);
  });

  test('has no source of native code, no map, no types, no tests and no pages in its program', () => {
    const program = paths().filter((path) => path.startsWith('usr/lib/encoderd/'));
    expect(
      program.filter((path) => /\.(c|cc|cpp|h|hpp|o|a|gyp|gypi|map|md)$|\.d\.[cm]?ts$/.test(path)),
    ).toEqual([]);
    expect(program.filter((path) => /\/node_modules\/.*\.ts$|\.test\.ts$/.test(path))).toEqual([]);
  });

  test('has no npm package that is for development', () => {
    const lock: { packages: Record<string, { dev?: boolean; devOptional?: boolean }> } = JSON.parse(
      readFileSync(join(root, 'package-lock.json'), 'utf8'),
    );
    const unwanted = Object.entries(lock.packages)
      .filter(([, { dev, devOptional }]) => dev === true || devOptional === true)
      .map(([folder]) => `usr/lib/encoderd/${folder}/package.json`);
    expect(unwanted.length).toBeGreaterThan(20);
    expect(paths().filter((path) => unwanted.includes(path))).toEqual([]);
  });

  test('has every npm package that is for running, but for those that only a compiler reads', () => {
    const modules = productionModules(root);
    expect(modules.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['fastify', 'nfc-pcsc', 'zod', 'ws']),
    );
    expect(modules.map(({ name }) => name)).not.toContain('nan');
    for (const { folder } of modules) expect(paths()).toContain(`usr/lib/encoderd/${folder}/package.json`);
  });

  test('names the licence of each npm package, and gives Node.js’s own', () => {
    const copyright = file('usr/share/doc/encoderd/copyright');
    for (const { name, version, license } of productionModules(root)) {
      expect(copyright).toContain(`${name} ${version} (${license})`);
    }
    expect(copyright).toContain('Copyright Node.js contributors');
  });

  test('lets nobody but its owner write any of its files', () => {
    expect(new Set(entries.map(({ mode }) => mode))).toEqual(new Set([0o644, 0o755]));
    const programs = entries.filter(({ mode }) => mode === 0o755).map(({ path }) => path);
    expect(programs).toContain('usr/bin/encoderctl');
    expect(programs).toContain('usr/lib/encoderd/bin/node');
  });

  test('keeps what was changed in the configuration', () => {
    expect(file('DEBIAN/conffiles')).toBe('/etc/encoderd/encoderd.yaml\n');
  });

  test('depends on the libraries that its native code is linked to', () => {
    expect(file('DEBIAN/control')).toMatch(/^Version: 1\.2\.3$/m);
    expect(file('DEBIAN/control')).toMatch(
      /^Depends: libc6 \(>= 2\.\d+\), .*libstdc\+\+6 \(>= \d+\), .*pcscd/m,
    );
  });

  test('has every program that its units start', () => {
    const units = paths().filter((path) => path.startsWith('usr/lib/systemd/system/'));
    const started = units
      .flatMap((path) => [...file(path).matchAll(/^Exec\w+=[-+!@:]*(\/\S+)/gm)])
      .map(([, program = '']) => program.slice(1))
      .filter((program) => program.startsWith('usr/lib/encoderd/'));
    expect(started.length).toBeGreaterThan(0);
    for (const program of started) expect(paths()).toContain(program);
  });

  test('opens the devices of each driver to its user, and to nobody else', () => {
    const rules = file('usr/lib/udev/rules.d/60-encoderd.rules')
      .split('\n')
      .filter((line) => line.startsWith('SUBSYSTEM'));
    const about = (...ids: readonly string[]) =>
      rules.filter((line) => ids.every((id) => line.toLowerCase().includes(id))).join('\n');
    for (const { products } of drivers) {
      for (const { vendorId, productId } of products?.hid ?? []) {
        expect(about(vendorId, productId)).toMatch(/^SUBSYSTEM=="hidraw".*GROUP="encoderd"/);
      }
      for (const { vendorId } of products?.serial ?? []) {
        expect(about(vendorId)).toMatch(/^SUBSYSTEM=="tty".*GROUP="dialout"/);
      }
    }
    for (const line of rules) expect(line).toContain('MODE="0660"');
  });
});

test('what only programmers read of an npm package is left out, and a folder named doc inside of it is not', () => {
  expect(isPacked('node_modules/yaml', 'node_modules/yaml/dist/doc/Document.js')).toBe(true);
  expect(isPacked('node_modules/yaml', 'node_modules/yaml/docs/a.js')).toBe(false);
  expect(isPacked('node_modules/a', 'node_modules/a/lib/a.js.map')).toBe(false);
  expect(isPacked('node_modules/a', 'node_modules/a/binding.gyp')).toBe(false);
  expect(existsSync(join(root, 'node_modules/yaml/dist/doc/Document.js'))).toBe(true);
});
