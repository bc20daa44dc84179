import { mkdirSync, symlinkSync } from 'node:fs';
import { expect, test } from 'vitest';
import { kernelModule } from '../../src/doctor/checks/kernel-module.ts';
import { cure, evidenceOf, look, PreparedSystem, shown } from './doctor-bed.ts';

const MODULES =
  'pn533_usb 20480 0 - Live 0x0\npn533 53248 1 pn533_usb, Live 0x0\nnfc 135168 1 pn533, Live 0x0\nusbcore 1 0 - Live 0x0\n';

/** An ACR122U that the kernel has taken, as sysfs shows it. */
function taken(): PreparedSystem {
  const system = new PreparedSystem()
    .write('proc/modules', MODULES)
    .write('sys/bus/usb/devices/1-1/idVendor', '072f\n')
    .write('sys/bus/usb/devices/1-1/idProduct', '2200\n')
    .write('sys/bus/usb/devices/1-1/product', 'ACR122U PICC Interface\n')
    .write('sys/bus/usb/devices/1-1:1.0/bInterfaceClass', '0b\n');
  mkdirSync(system.path('sys/bus/usb/drivers/pn533_usb'), { recursive: true });
  symlinkSync('../../drivers/pn533_usb', system.path('sys/bus/usb/devices/1-1:1.0/driver'));
  return system;
}

test('a module that holds a reader is named, with the reader', async () => {
  const findings = await look(kernelModule, { root: taken().root });
  expect(shown(findings)).toEqual(['error kernel-module-holds-reader']);
  const evidence = evidenceOf(findings, 'kernel-module-holds-reader');
  expect(evidence).toContain('072f:2200 "ACR122U PICC Interface" at USB port 1-1');
  expect(evidence).toContain("its interface 1-1:1.0 is pn533_usb's");
  expect(evidence).toContain('lists pn533_usb, pn533, nfc');
});

test.skipIf(process.getuid?.() !== 0)(
  '--fix takes them out of the kernel, and keeps them out after a reboot',
  async () => {
    const system = taken().program(
      'modprobe',
      'echo usbcore 1 0 >"$ROOT/proc/modules"; rm "$ROOT/sys/bus/usb/devices/1-1:1.0/driver"',
    );
    const { findings } = await cure(kernelModule, { root: system.root });
    expect(system.calls).toEqual(['modprobe -r pn533_usb pn533 nfc']);
    expect(system.text('etc/modprobe.d/encoderd.conf')).toContain('blacklist pn533_usb\n');
    expect(shown(findings)).toEqual(['ok kernel-leaves-readers']);
  },
);

test('a module that is loaded and holds none is a warning; none is fine', async () => {
  const { root } = new PreparedSystem().write('proc/modules', MODULES);
  expect(shown(await look(kernelModule, { root }))).toEqual(['warning kernel-module-loaded']);
  expect(shown(await look(kernelModule))).toEqual(['ok kernel-leaves-readers']);
});
