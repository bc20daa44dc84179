import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** USB interface class of smart card readers (USB CCID 1.1, section 3). */
const CCID_CLASS = '0b';

/**
 * The USB ports (`1-1.4`, as the kernel names them) at which a reader of that name is plugged in. A reader's name in PC/SC begins
 * with the maker's and the product's strings of its USB descriptors. Empty where there is no sysfs.
 */
export function usbPortsOf(title: string, sysfs = '/sys/bus/usb/devices'): string[] {
  const entries = listing(sysfs);
  const ports = entries.filter((entry) => /^\d+-[\d.]+$/.test(entry));
  return ports.filter((port) => {
    const product = attribute(sysfs, port, 'product');
    return product !== '' && title.includes(product) && isCardReader(sysfs, port, entries);
  });
}

function isCardReader(sysfs: string, port: string, entries: readonly string[]): boolean {
  const interfaces = entries.filter((entry) => entry.startsWith(`${port}:`));
  return interfaces.some((entry) => attribute(sysfs, entry, 'bInterfaceClass') === CCID_CLASS);
}

function attribute(sysfs: string, device: string, name: string): string {
  try {
    return readFileSync(join(sysfs, device, name), 'utf8').trim();
  } catch {
    return '';
  }
}

function listing(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
