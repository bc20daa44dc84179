import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { startEncoderd } from '../../scripts/encoderd-process.ts';
import { version } from '../../src/doctor/checks/version.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { knownVersion } from '../../src/store/sqlite/versions.ts';
import { evidenceOf, look, openFolder, PreparedSystem, shown } from './doctor-bed.ts';

/** A state folder whose database says that it is of this version. */
function stateOf(userVersion: number): string {
  const stateDir = openFolder();
  const path = join(stateDir, 'encoderd.db');
  openSqliteStore(path)[Symbol.dispose]();
  const file = new SQLite(path);
  file.pragma(`user_version = ${userVersion}`);
  file.close();
  return stateDir;
}

test('a daemon tells its version, and one of another version than is installed is found', async () => {
  const stateDir = openFolder();
  const daemon = await startEncoderd({ ENCODERD_STATE_DIR: stateDir, ENCODERD_DRIVERS: 'virtual' });
  onTestFinished(() => daemon.kill());
  const [agreed] = await look(version, { stateDir });
  expect(agreed).toMatchObject({
    id: 'versions-agree',
    severity: 'ok',
    summary: `encoderd ${packageJson.version} is installed, and the daemon that runs and the database go with it.`,
  });
  const path = join(stateDir, 'daemon.json');
  const told = readFileSync(path, 'utf8');
  expect(told).toContain(`"version":"${packageJson.version}"`);
  writeFileSync(path, told.replace(packageJson.version, '0.0.9'));
  const findings = await look(version, { stateDir });
  expect(shown(findings)).toEqual(['warning version-mismatch']);
  expect(evidenceOf(findings, 'version-mismatch')).toContain('daemon.json: version 0.0.9');
});

test('what is not there is not said to go together with anything', async () => {
  const summaryOf = async (stateDir: string) => (await look(version, { stateDir }))[0]?.summary;
  expect(await summaryOf(stateOf(knownVersion()))).toBe(
    `encoderd ${packageJson.version} is installed, and the database goes with it.`,
  );
  expect(await summaryOf(openFolder())).toContain('no daemon and no database');
});

describe('a database', () => {
  test('of a newer encoderd is an error', async () => {
    const findings = await look(version, { stateDir: stateOf(knownVersion() + 1) });
    expect(shown(findings)).toEqual(['error database-newer']);
    expect(evidenceOf(findings, 'database-newer')).toContain(`user_version is ${knownVersion() + 1}`);
  });
  test('of an older one is a note, and is not brought up by looking', async () => {
    const stateDir = stateOf(knownVersion() - 1);
    for (let time = 0; time < 2; time += 1)
      expect(shown(await look(version, { stateDir }))).toEqual(['note database-older']);
  });
});

test('a package that is half installed is an error', async () => {
  const system = new PreparedSystem().program('dpkg-query', 'echo "9.9.9 half-configured"');
  const findings = await look(version, { root: system.root, installation: '/usr/lib/encoderd' });
  expect(shown(findings)).toEqual(['error package-half-installed']);
  expect(system.calls[0]).toMatch(/^dpkg-query -W -f \$\{Version\} \$\{db:Status-Status\} encoderd$/);
});
