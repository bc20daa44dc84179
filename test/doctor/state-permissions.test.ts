import { chmodSync, chownSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { statePermissions } from '../../src/doctor/checks/state-permissions.ts';
import { cure, evidenceOf, look, NOBODY, openFolder, shown } from './doctor-bed.ts';

/** The state folder of the service, whose user is nobody. */
function newState(): string {
  const stateDir = openFolder();
  mkdirSync(join(stateDir, 'copies'));
  writeFileSync(join(stateDir, 'encoderd.db'), '');
  writeFileSync(join(stateDir, 'copies', 'one.db'), '');
  for (const path of ['', 'copies', 'encoderd.db', 'copies/one.db']) {
    chownSync(join(stateDir, path), NOBODY, NOBODY);
    chmodSync(join(stateDir, path), path.endsWith('.db') ? 0o600 : 0o700);
  }
  return stateDir;
}

/** Needs root, to give files away. */
describe.skipIf(process.getuid?.() !== 0)('the state folder of the user nobody', () => {
  test('is fine when all is theirs, and nobody else may enter', async () => {
    const stateDir = newState();
    const places = { stateDir, serviceStateDir: stateDir, serviceUser: 'nobody' };
    expect(shown(await look(statePermissions, places))).toEqual(['ok state-private']);
  });
  test('is fine on a disk of its own, whose lost+found is root’s', async () => {
    const stateDir = newState();
    mkdirSync(join(stateDir, 'lost+found'));
    const places = { stateDir, serviceStateDir: stateDir, serviceUser: 'nobody' };
    expect(shown(await look(statePermissions, places))).toEqual(['ok state-private']);
  });
  test('with files of root in it keeps the daemon from working, until --fix gives them back', async () => {
    const stateDir = newState();
    const places = { stateDir, serviceStateDir: stateDir, serviceUser: 'nobody' };
    for (const path of ['encoderd.db', 'copies/one.db']) chownSync(join(stateDir, path), 0, 0);
    const findings = await look(statePermissions, places);
    expect(shown(findings)).toEqual(['error state-not-owned']);
    expect(evidenceOf(findings, 'state-not-owned')).toContain(
      `${join(stateDir, 'encoderd.db')} belongs to the user 0`,
    );
    const { treatments, findings: after } = await cure(statePermissions, places);
    expect(treatments[0]?.deeds).toHaveLength(2);
    expect(statSync(join(stateDir, 'copies/one.db')).uid).toBe(NOBODY);
    expect(shown(after)).toEqual(['ok state-private']);
  });
  test('that is root’s altogether is given back, folder and all', async () => {
    const stateDir = newState();
    chownSync(stateDir, 0, 0);
    const places = { stateDir, serviceStateDir: stateDir, serviceUser: 'nobody' };
    expect(shown(await look(statePermissions, places))).toEqual(['error state-not-owned']);
    await cure(statePermissions, places);
    expect(statSync(stateDir).uid).toBe(NOBODY);
  });
  test('that others may enter and read is a warning, until --fix closes it', async () => {
    const stateDir = newState();
    chmodSync(stateDir, 0o755);
    chmodSync(join(stateDir, 'encoderd.db'), 0o644);
    const places = { stateDir };
    const findings = await look(statePermissions, places);
    expect(shown(findings)).toEqual(['warning state-open-to-others']);
    expect(evidenceOf(findings, 'state-open-to-others')).toContain('encoderd.db has the mode 0644');
    const { findings: after } = await cure(statePermissions, places);
    expect(shown(after)).toEqual(['ok state-private']);
    expect(statSync(join(stateDir, 'encoderd.db')).mode & 0o777).toBe(0o600);
  });
});
