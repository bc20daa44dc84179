import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Check, error, fine, warning } from '../check.ts';
import type { Desk } from '../desk.ts';
import { called, usbDevices } from '../facts/usb-facts.ts';

/** Those of the kernel's NFC subsystem that take readers from pcscd and from our drivers, in the order in which they can be taken out. */
const MODULES = ['pn533_usb', 'pn532_uart', 'pn533', 'port100', 'nfc'] as const;

const BLACKLIST = 'etc/modprobe.d/encoderd.conf';
const OF_PACKAGE = 'usr/lib/modprobe.d/encoderd.conf';

/** Whether a module of the kernel holds a reader. */
export const kernelModule: Check = {
  id: 'kernel-module',
  async look(desk) {
    if (!desk.isLinux) return [];
    const loaded = loadedModules(desk);
    const held = usbDevices(desk).flatMap((device) =>
      device.interfaces
        .filter(({ driver }) => MODULES.some((name) => name === driver))
        .map(({ name, driver }) => ({ device, name, driver })),
    );
    if (held.length === 0 && loaded.length === 0)
      return [fine('kernel-leaves-readers', 'No module of the kernel takes readers away.')];
    const evidence = [
      ...held.map(({ device, name, driver }) => `${called(device)}: its interface ${name} is ${driver}'s`),
      ...(loaded.length === 0 ? [] : [`${desk.at('proc/modules')} lists ${loaded.join(', ')}`]),
    ];
    const told = {
      evidence,
      cure: `Blacklist them in /${BLACKLIST}, and take them out: modprobe -r ${loaded.join(' ')}`,
      isFixable: desk.isRoot && loaded.length > 0,
    };
    return held.length > 0
      ? [
          error({
            id: 'kernel-module-holds-reader',
            summary: 'A module of the kernel holds the reader, so neither pcscd nor a driver gets it.',
            ...told,
          }),
        ]
      : [
          warning({
            id: 'kernel-module-loaded',
            summary: 'Modules of the kernel are loaded that take readers away when they are plugged in.',
            ...told,
          }),
        ];
  },
  async fix(desk, _finding, say) {
    if (!desk.has(OF_PACKAGE) && !desk.has(BLACKLIST)) {
      const path = desk.at(BLACKLIST);
      say(`${path}: written, so that the kernel does not load ${MODULES.join(', ')} by itself any more.`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, MODULES.map((name) => `blacklist ${name}\n`).join(''));
    }
    const loaded = loadedModules(desk);
    say(`modprobe -r ${loaded.join(' ')}: taken out of the kernel that runs.`);
    await desk.do('modprobe', ['-r', ...loaded]);
  },
};

function loadedModules(desk: Desk): readonly string[] {
  const lines = (desk.text('proc/modules') ?? '').split('\n').map((line) => line.split(' ')[0]);
  return MODULES.filter((name) => lines.includes(name));
}
