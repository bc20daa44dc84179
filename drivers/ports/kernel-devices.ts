import { readdirSync, readlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { UsbIdentity } from './contract.ts';
import { pluggingNumber, usbIdentityOf } from './usb-identity.ts';

/** A device of the kernel: a tty, a hidraw. */
export interface KernelDevice {
  /** `ttyUSB0`: that of its node in /dev, too. */
  readonly name: string;
  /** Its folder in sysfs, all links resolved. */
  readonly folder: string;
  readonly usb?: UsbIdentity;
  /** Another text each time that it is plugged in. */
  readonly plugging: string;
}

/** The devices of one class, as sysfs lists them (Documentation/filesystems/sysfs.rst). What has not changed since the last look is not read again. */
export class KernelDevices {
  readonly #class: string;
  readonly #skipped: RegExp | undefined;
  #known = new Map<string, KernelDevice>();

  /** `folder` is that of the class: `/sys/class/tty`. Names that fit `skipped` are never looked at. */
  constructor(folder: string, skipped?: RegExp) {
    this.#class = folder;
    this.#skipped = skipped;
  }

  /** By name; empty where there is no such class. */
  look(): readonly KernelDevice[] {
    const known = new Map<string, KernelDevice>();
    for (const name of this.#names()) {
      const folder = this.#folderOf(name);
      if (folder === undefined) continue;
      const before = this.#known.get(name);
      // The folder of a HID device has a number of its own each time; that of a tty has not.
      const plugging = `${folder} ${pluggingNumber(folder) ?? ''}`;
      known.set(name, before?.plugging === plugging ? before : read(name, folder, plugging));
    }
    this.#known = known;
    return [...known.values()];
  }

  #names(): readonly string[] {
    try {
      return readdirSync(this.#class)
        .filter((name) => !this.#skipped?.test(name))
        .sort();
    } catch {
      return [];
    }
  }

  #folderOf(name: string): string | undefined {
    try {
      return resolve(this.#class, readlinkSync(join(this.#class, name)));
    } catch {
      return undefined;
    }
  }
}

function read(name: string, folder: string, plugging: string): KernelDevice {
  const usb = usbIdentityOf(folder);
  return { name, folder, plugging, ...(usb === undefined ? {} : { usb }) };
}
