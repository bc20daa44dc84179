import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, mkdirSync, realpathSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deviceAccess } from '../../src/doctor/checks/device-access.ts';
import { SimulatedSerialPort } from '../benches/ports/serial-bench.ts';
import { SysfsTree } from '../benches/ports/sysfs-tree.ts';
import { configFile, cure, evidenceOf, look, NOBODY, PreparedSystem, shown } from './doctor-bed.ts';

const PCPROX = { port: '1-2', vendorId: '0c27', productId: '3bfa' } as const;

/** Needs root: only root can try as somebody else. */
describe.skipIf(process.getuid?.() !== 0)('the user nobody, who tries to open', () => {
  describe('a HID encoder', () => {
    let tree: SysfsTree;
    let root: string;
    beforeEach(async () => {
      tree = await SysfsTree.make();
      root = dirname(tree.sysfs);
      chmodSync(root, 0o755);
      mkdirSync(join(root, 'etc/udev/rules.d'), { recursive: true });
      copyFileSync('/etc/passwd', join(root, 'etc/passwd'));
      copyFileSync('/etc/group', join(root, 'etc/group'));
      await tree.plugHid('hidraw0', PCPROX);
      // A device of the kernel with the mode that udev gives to one that no rule is about: here, that of /dev/null.
      rmSync(join(tree.dev, 'hidraw0'));
      execFileSync('mknod', ['--mode=0600', join(tree.dev, 'hidraw0'), 'c', '1', '3']);
    });
    afterEach(() => tree[Symbol.asyncDispose]());

    test('is refused; --fix puts the rule there and asks udev', async () => {
      const system = new PreparedSystem().program(
        'udevadm',
        `[ "$1" != trigger ] || chmod 666 ${tree.dev}/hidraw0`,
      );
      const places = { root, serviceUser: 'nobody', programs: { udevadm: system.path('usr/bin/udevadm') } };
      const findings = await look(deviceAccess, places);
      expect(shown(findings)).toEqual(['error device-not-accessible']);
      expect(evidenceOf(findings, 'device-not-accessible')).toContain('as nobody: refused');
      expect(evidenceOf(findings, 'device-not-accessible')).toContain('the group root, with the mode 0600');
      const { treatments, findings: after } = await cure(deviceAccess, places);
      expect(treatments).toMatchObject([{ failure: null }]);
      expect(system.calls).toContain('udevadm trigger --subsystem-match=hidraw --subsystem-match=tty');
      execFileSync('grep', ['-q', '0c27', join(root, 'etc/udev/rules.d/60-encoderd.rules')]);
      expect(shown(after)).toEqual(['ok device-accessible']);
    });
    test('is let in when it is theirs', async () => {
      chownSync(join(tree.dev, 'hidraw0'), NOBODY, NOBODY);
      expect(shown(await look(deviceAccess, { root, serviceUser: 'nobody' }))).toEqual([
        'ok device-accessible',
      ]);
    });
    test('does not matter where its driver is off', async () => {
      const config = configFile('drivers: { virtual: {} }\n');
      expect(await look(deviceAccess, { root, serviceUser: 'nobody', config })).toEqual([]);
    });
  });

  test('a serial port that the configuration names is refused, until its group is one of theirs', async () => {
    await using port = await SimulatedSerialPort.open();
    chmodSync(dirname(port.path), 0o755);
    const pty = realpathSync(port.path);
    chmodSync(pty, 0o660);
    chownSync(pty, 0, 20);
    const config = configFile(`drivers: { pn532: { ports: [${port.path}] } }\n`);
    const system = new PreparedSystem()
      .write('etc/passwd', `encoderd:x:${NOBODY}:${NOBODY}::/:/bin/false\n`)
      .write('etc/group', `dialout:x:20:\nencoderd:x:${NOBODY}:\n`)
      .program('usermod', 'sed -i "s/^dialout:x:20:/dialout:x:20:$3/" "$ROOT/etc/group"');
    const places = { root: system.root, config };
    const findings = await look(deviceAccess, places);
    expect(shown(findings)).toEqual(['error device-not-accessible']);
    expect(findings[0]?.cure).toContain('usermod -aG dialout encoderd');
    const { findings: after } = await cure(deviceAccess, places);
    expect(system.calls).toEqual(['usermod -aG dialout encoderd']);
    expect(shown(after)).toEqual(['ok device-accessible']);
  });

  test('a serial port is fine where the unit gives the service its group', async () => {
    await using port = await SimulatedSerialPort.open();
    chmodSync(dirname(port.path), 0o755);
    chownSync(realpathSync(port.path), 0, 20);
    chmodSync(realpathSync(port.path), 0o660);
    const system = new PreparedSystem()
      .write('etc/passwd', `encoderd:x:${NOBODY}:${NOBODY}::/:/bin/false\n`)
      .write('etc/group', 'dialout:x:20:\n')
      .write('usr/lib/systemd/system/encoderd.service', '[Service]\nSupplementaryGroups=dialout\n');
    const config = configFile(`drivers: { pn532: { ports: [${port.path}] } }\n`);
    expect(shown(await look(deviceAccess, { root: system.root, config }))).toEqual(['ok device-accessible']);
  });
});
