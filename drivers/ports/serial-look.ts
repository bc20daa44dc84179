import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { CandidateKeys, slug } from './candidate-keys.ts';
import { type Candidate, PortTrouble, type Sight, type UsbIdentity } from './contract.ts';
import { KernelDevices } from './kernel-devices.ts';
import { isWindowsPort, type PortWish } from './port-wish.ts';
import { attribute } from './usb-identity.ts';

/** Virtual consoles, and what else is no port. */
const NO_PORTS = /^(tty\d*|console|ptmx)$/;

/** Where a system shows its devices. */
export interface SystemFolders {
  /** `/sys` */
  readonly sysfs: string;
  /** `/dev` */
  readonly dev: string;
}

export const SYSTEM_FOLDERS: SystemFolders = { sysfs: '/sys', dev: '/dev' };

/** A USB product, ids as four lower-case hexadecimal digits. */
export interface UsbProduct {
  readonly vendorId: string;
  readonly productId: string;
}

/** Finds the serial ports of a driver: those that it is assigned, and those of its products. */
export class SerialLook {
  readonly #wishes: readonly PortWish[];
  readonly #products: readonly UsbProduct[];
  readonly #dev: string;
  readonly #ttys: KernelDevices;
  readonly #platform: NodeJS.Platform;
  readonly #keys = new CandidateKeys();

  constructor(
    wishes: readonly PortWish[],
    products: readonly UsbProduct[],
    folders: SystemFolders,
    platform: NodeJS.Platform = process.platform,
  ) {
    this.#platform = platform;
    this.#wishes = wishes;
    this.#products = products;
    this.#dev = folders.dev;
    this.#ttys = new KernelDevices(join(folders.sysfs, 'class/tty'), NO_PORTS);
  }

  look(): Sight {
    const onUsb = this.#portsOnUsb();
    const candidates = new Map<string, Candidate>();
    const troubles: PortTrouble[] = [];
    for (const wish of this.#wishes) {
      const granted = typeof wish === 'string' ? this.#atPath(wish, onUsb) : onUsb.filter(fits(wish));
      if (granted.length === 0) troubles.push(absent(wish, this.#platform));
      for (const candidate of granted) candidates.set(truePath(candidate.path) ?? candidate.path, candidate);
    }
    for (const candidate of onUsb)
      if (this.#products.some((product) => isOf(product, candidate.usb)))
        candidates.set(truePath(candidate.path) ?? candidate.path, candidate);
    return { candidates: [...candidates.values()], troubles };
  }

  /** The port at a configured path: that on USB to which its links lead, or the path itself where it is not on USB. */
  #atPath(path: string, onUsb: readonly Candidate[]): readonly Candidate[] {
    // Windows shows its ports in no folder: opening one tells whether it is there.
    if (this.#platform === 'win32' && isWindowsPort(path)) return [{ key: slug(path), path }];
    const leadsTo = truePath(path);
    if (leadsTo === undefined) return [];
    const candidate = onUsb.find((port) => truePath(port.path) === leadsTo);
    return [candidate ?? { key: slug(path), path }];
  }

  #portsOnUsb(): readonly (Candidate & { readonly usb: UsbIdentity })[] {
    const places = this.#ttys.look().flatMap(({ name, folder, usb, plugging }) =>
      // The port's number lies in the folder of the usb-serial device, two above that of the tty.
      usb === undefined
        ? []
        : [{ name, usb, plugging, portNumber: Number(attribute(join(folder, '../..'), 'port_number') ?? 0) }],
    );
    const keys = this.#keys.of(places);
    return places.map(({ name, usb, plugging }, index) => ({
      key: keys[index] ?? name,
      path: join(this.#dev, name),
      usb,
      plugging,
    }));
  }
}

function fits(wish: Exclude<PortWish, string>): (candidate: { readonly usb: UsbIdentity }) => boolean {
  return ({ usb }) =>
    usb.vendorId === wish.vendor_id.toLowerCase() &&
    usb.productId === wish.product_id.toLowerCase() &&
    (wish.serial_number === undefined || usb.serialNumber === wish.serial_number) &&
    (wish.interface === undefined || usb.interfaceNumber === wish.interface.toLowerCase());
}

function isOf(product: UsbProduct, usb: UsbIdentity): boolean {
  return usb.vendorId === product.vendorId && usb.productId === product.productId;
}

function absent(wish: PortWish, platform: NodeJS.Platform): PortTrouble {
  const what =
    typeof wish === 'string'
      ? wish
      : [
          `the serial port ${wish.vendor_id}:${wish.product_id}`,
          wish.serial_number === undefined ? '' : ` with serial number ${wish.serial_number}`,
          wish.interface === undefined ? '' : ` at interface ${wish.interface}`,
        ].join('');
  if (platform !== 'linux' && typeof wish !== 'string') {
    return new PortTrouble(
      'absent',
      `${what} cannot be looked for: only Linux tells what is on USB (/sys). Name the port's path in "ports" (docs/other-systems.md)`,
    );
  }
  if (platform !== 'linux') {
    return new PortTrouble(
      'absent',
      `${what} is configured and not there: plug the encoder in, or correct "ports" in the configuration`,
    );
  }
  return new PortTrouble(
    'absent',
    `${what} is configured and not there: plug the encoder in, or correct "ports" in the configuration (ls /dev/serial/by-id shows what is plugged in)`,
  );
}

/** Undefined where there is nothing, or a link leads nowhere. */
function truePath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
