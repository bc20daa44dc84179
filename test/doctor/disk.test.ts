import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { disk } from '../../src/doctor/checks/disk.ts';
import { evidenceOf, look, openFolder, shown } from './doctor-bed.ts';

/** A disk of its own: a tmpfs of this size at a new folder. */
function newDisk(size: string): string {
  const folder = openFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0700`, 'tmpfs', folder]);
  onTestFinished(() => void execFileSync('umount', [folder]));
  return folder;
}

function fill(folder: string): void {
  const file = openSync(join(folder, 'filler'), 'w');
  try {
    for (;;) writeSync(file, Buffer.alloc(65_536));
  } catch (error) {
    expect(String(error)).toContain('ENOSPC');
  } finally {
    closeSync(file);
  }
}

/** Needs root, to mount. */
describe.skipIf(process.getuid?.() !== 0 || process.platform !== 'linux')(
  'a state folder on a disk of its own',
  () => {
    test('is full when a file cannot be written there', async () => {
      const stateDir = newDisk('16m');
      fill(stateDir);
      const findings = await look(disk, { stateDir });
      expect(shown(findings)).toEqual(['error disk-full']);
      expect(evidenceOf(findings, 'disk-full')).toMatch(/0 MB free[\s\S]*a file of 64 KiB: ENOSPC/);
    });
    test('is full when hardly anything is left', async () => {
      const findings = await look(disk, { stateDir: newDisk('4m') });
      expect(shown(findings)).toEqual(['error disk-full']);
    });
    test('is nearly full below 200 MB', async () => {
      expect(shown(await look(disk, { stateDir: newDisk('64m') }))).toEqual(['warning disk-nearly-full']);
    });
    test('is read-only when it is mounted so, and the mount is told', async () => {
      const stateDir = newDisk('1g');
      execFileSync('mount', ['-o', 'remount,ro', stateDir]);
      const findings = await look(disk, { stateDir });
      expect(shown(findings)).toEqual(['error disk-read-only']);
      expect(evidenceOf(findings, 'disk-read-only')).toContain(
        `/proc/mounts: tmpfs at ${stateDir}, tmpfs, ro`,
      );
      expect(findings[0]?.cure).toContain(`mount -o remount,rw ${stateDir}`);
    });
    test('leaves nothing behind where all is well', async () => {
      const stateDir = newDisk('1g');
      expect(shown(await look(disk, { stateDir }))).toEqual(['ok disk-works']);
      expect(execFileSync('ls', ['-A', stateDir], { encoding: 'utf8' })).toBe('');
    });
    test('is not writable for an owner who may not', async () => {
      const stateDir = openFolder();
      execFileSync('chown', ['nobody', stateDir]);
      chmodSync(stateDir, 0o500);
      const findings = await look(disk, { stateDir });
      expect(shown(findings)).toEqual(['error state-folder-not-writable']);
      expect(evidenceOf(findings, 'state-folder-not-writable')).toContain('EACCES');
    });
  },
);

test('a state folder that is not there is a note', async () => {
  expect(shown(await look(disk))).toEqual(['note state-folder-absent']);
});
