import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'systemd');
const INSTALLED = '/usr/lib/encoderd';
const UNITS = readdirSync(FOLDER).filter((name) => /\.(service|path)$/.test(name));

/** The service is to be this safe at least (systemd-analyze(1), security): 0 is the safest, 10 none at all. */
const HIGHEST_EXPOSURE = 2.0;

const unit = readFileSync(join(FOLDER, 'encoderd.service'), 'utf8');

/** The values of a setting, in the order in which they stand there. */
function valuesOf(name: string): readonly string[] {
  return unit.split('\n').flatMap((line) => (line.startsWith(`${name}=`) ? line.slice(name.length + 1) : []));
}

/** The files below /usr/lib/encoderd that the units name. */
function namedFiles(): readonly string[] {
  const texts = UNITS.map((name) => readFileSync(join(FOLDER, name), 'utf8')).join('\n');
  return [
    ...new Set(
      [...texts.matchAll(/^Exec\w+=[-+!@:]*(\S.*)$/gm)].flatMap(([, words = '']) => words.split(' ')),
    ),
  ]
    .filter((word) => word.startsWith(`${INSTALLED}/`))
    .map((word) => word.slice(INSTALLED.length + 1));
}

const analyze = spawnSync('systemd-analyze', ['--version'], { encoding: 'utf8' });
const version = Number(/^systemd (\d+)/.exec(analyze.stdout ?? '')?.[1] ?? 0);

describe.skipIf(version < 250)('systemd-analyze (skipped where it is missing, or older than 250)', () => {
  test(`says that the service is exposed at ${HIGHEST_EXPOSURE} of 10 or less`, () => {
    const said = execFileSync('systemd-analyze', [
      ...['security', '--offline=true', '--no-pager', join(FOLDER, 'encoderd.service')],
    ]).toString();
    const exposure = Number(/Overall exposure level for encoderd\.service: (\d+\.\d+)/.exec(said)?.[1]);
    expect(exposure).toBeLessThanOrEqual(HIGHEST_EXPOSURE);
  });

  test('finds nothing wrong with the units', () => {
    const folder = mkdtempSync(join(tmpdir(), 'encoderd-units-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const installed = join(folder, 'installed');
    for (const file of namedFiles()) {
      mkdirSync(dirname(join(installed, file)), { recursive: true });
      writeFileSync(join(installed, file), '#!/bin/sh\n', { mode: 0o755 });
    }
    for (const name of UNITS) {
      writeFileSync(
        join(folder, name),
        readFileSync(join(FOLDER, name), 'utf8').replaceAll(INSTALLED, installed),
      );
    }
    const { status, stdout, stderr } = spawnSync(
      'systemd-analyze',
      ['verify', '--man=no', '--no-pager', ...UNITS.map((name) => join(folder, name))],
      { encoding: 'utf8', env: { ...process.env, SYSTEMD_UNIT_PATH: `${folder}:` } },
    );
    const aboutOurs = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('encoderd'));
    expect(aboutOurs).toEqual([]);
    expect(status).toBe(0);
  });
});

describe('the service', () => {
  test('runs files that are there, and programs that may be run', () => {
    const files = namedFiles().filter((file) => file !== 'bin/node');
    expect(files).toContain('src/main.ts');
    expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
    const programs = files.filter((file) => file.startsWith('systemd/'));
    expect(programs).toHaveLength(2);
    expect(programs.filter((file) => (statSync(join(ROOT, file)).mode & 0o111) !== 0o111)).toEqual([]);
  });

  test('may open the devices that drivers drive, and no others', () => {
    expect(valuesOf('DevicePolicy')).toEqual(['closed']);
    expect(valuesOf('DeviceAllow')).toEqual(
      ['usb_device', 'hidraw', 'ttyUSB', 'ttyACM', 'ttyS'].map((kind) => `char-${kind} rw`),
    );
  });

  test('talks to this computer alone until it is let out', () => {
    expect(valuesOf('IPAddressDeny')).toEqual(['any']);
    expect(valuesOf('IPAddressAllow')).toEqual(['localhost']);
  });

  test('is started again for ever, but for a configuration that is wrong', () => {
    expect(valuesOf('Restart')).toEqual(['always']);
    expect(valuesOf('StartLimitIntervalSec')).toEqual(['0']);
    expect(valuesOf('RestartPreventExitStatus')).toEqual(['78']);
  });

  test('has longer to stop than the daemon gives itself for a write on a card', () => {
    const main = readFileSync(join(ROOT, 'src/main.ts'), 'utf8');
    const daemonMs = Number(/STOP_WITHIN_MS = (\d+)/.exec(main)?.[1]);
    expect(Number(valuesOf('TimeoutStopSec')[0]) * 1000).toBeGreaterThan(daemonMs + 1000);
  });

  test('leaves no image of its memory, and takes keys that are there without needing them', () => {
    expect(valuesOf('LimitCORE')).toEqual(['0']);
    // A credential that is named by a path would have to be there (systemd.exec(5)); by a name it may be.
    const credentials = valuesOf('LoadCredentialEncrypted');
    expect(credentials.map((words) => words.split(':')[0])).toEqual(['site-keys', 'backend.key']);
    expect(credentials.filter((words) => words.includes('/'))).toEqual([]);
  });
});
