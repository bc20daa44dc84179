import { readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import type { Computer } from '../computer.ts';

/** A device on USB, as sysfs tells of it (Documentation/ABI/stable/sysfs-bus-usb). Ids and classes are lower-case hexadecimal digits. */
export interface UsbDevice {
  /** `1-1.4` */
  readonly port: string;
  readonly vendorId: string;
  readonly productId: string;
  /** As the device calls itself; empty where it does not. */
  readonly name: string;
  readonly interfaces: readonly UsbInterface[];
}

export interface UsbInterface {
  /** `1-1.4:1.0` */
  readonly name: string;
  /** `0b`: of smart card readers (USB CCID 1.1, section 3). */
  readonly interfaceClass: string;
  /** The kernel's driver that has it: `pn533_usb`, `usbfs` for a program's; null: none. */
  readonly driver: string | null;
}

const FOLDER = 'sys/bus/usb/devices';

/** What is plugged in, hubs left out. */
export function usbDevices(desk: Computer): readonly UsbDevice[] {
  const entries = desk.names(FOLDER);
  return entries
    .filter((entry) => /^\d+-[\d.]+$/.test(entry))
    .flatMap((port) => {
      const attribute = (name: string) => desk.text(`${FOLDER}/${port}/${name}`) ?? '';
      const vendorId = attribute('idVendor').toLowerCase();
      if (vendorId === '' || attribute('bDeviceClass') === '09') return [];
      const interfaces = entries
        .filter((entry) => entry.startsWith(`${port}:`))
        .map((name) => interfaceAt(desk, name));
      const name = [attribute('manufacturer'), attribute('product')].filter(Boolean).join(' ');
      return [{ port, vendorId, productId: attribute('idProduct').toLowerCase(), name, interfaces }];
    });
}

export const isCardReader = ({ interfaces }: UsbDevice): boolean =>
  interfaces.some(({ interfaceClass }) => interfaceClass === '0b');

/** `072f:2200 "ACS ACR122U" at USB port 1-1.4` */
export function called({ vendorId, productId, name, port }: UsbDevice): string {
  return `${vendorId}:${productId}${name === '' ? '' : ` "${name}"`} at USB port ${port}`;
}

function interfaceAt(desk: Computer, name: string): UsbInterface {
  const interfaceClass = (desk.text(`${FOLDER}/${name}/bInterfaceClass`) ?? '').toLowerCase();
  try {
    const driver = basename(readlinkSync(desk.at(`${FOLDER}/${name}/driver`)));
    return { name, interfaceClass, driver };
  } catch {
    return { name, interfaceClass, driver: null };
  }
}
