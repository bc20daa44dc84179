import { join } from 'node:path';
import { CandidateKeys, slug } from './candidate-keys.ts';
import type { Candidate, Sight } from './contract.ts';
import { type KernelDevice, KernelDevices } from './kernel-devices.ts';
import type { SystemFolders, UsbProduct } from './serial-look.ts';
import { attribute } from './usb-identity.ts';

/** A USB product that speaks HID. */
export interface HidProduct extends UsbProduct {
  /** `00`: where the device has several interfaces, that on which it is driven; absent: any. */
  readonly interfaceNumber?: string;
}

/** A HID device as the kernel tells of it: `uevent` of its folder. */
interface HidDevice extends KernelDevice {
  readonly vendorId: string;
  readonly productId: string;
  /** HID_UNIQ: the serial number, on USB the one that USB tells. */
  readonly uniq: string;
  /** HID_PHYS: `usb-0000:00:14.0-1.4/input0`. */
  readonly phys: string;
}

/** Finds the HID devices of a driver in sysfs (the class hidraw). */
export class HidLook {
  readonly #products: readonly HidProduct[];
  readonly #dev: string;
  readonly #hidraws: KernelDevices;
  readonly #keys = new CandidateKeys();

  constructor(products: readonly HidProduct[], folders: SystemFolders) {
    this.#products = products;
    this.#dev = folders.dev;
    this.#hidraws = new KernelDevices(join(folders.sysfs, 'class/hidraw'));
  }

  look(): Sight {
    const devices = this.#hidraws.look().flatMap((device) => hidDeviceOf(device) ?? []);
    const ours = devices.filter((device) => this.#products.some((product) => isOf(product, device)));
    const onUsb = ours.flatMap((device) =>
      device.usb === undefined ? [] : [{ device, usb: device.usb, portNumber: 0 }],
    );
    const keys = this.#keys.of(onUsb);
    const candidates: Candidate[] = onUsb.map(({ device, usb }, index) => ({
      key: keys[index] ?? device.name,
      path: join(this.#dev, device.name),
      usb,
      plugging: device.plugging,
    }));
    for (const device of ours)
      if (device.usb === undefined)
        candidates.push({
          key: keyOffUsb(device),
          path: join(this.#dev, device.name),
          plugging: device.plugging,
        });
    return { candidates, troubles: [] };
  }
}

/** Of a device made by a program (uhid), or on another bus. */
function keyOffUsb({ vendorId, productId, uniq, phys }: HidDevice): string {
  const which = uniq === '' ? `phys-${slug(phys)}` : `serial-${slug(uniq)}`;
  return `${vendorId}-${productId}-${which}`;
}

function isOf(product: HidProduct, { vendorId, productId, usb }: HidDevice): boolean {
  return (
    vendorId === product.vendorId &&
    productId === product.productId &&
    (product.interfaceNumber === undefined ||
      usb?.interfaceNumber === undefined ||
      usb.interfaceNumber === product.interfaceNumber)
  );
}

/** Undefined while the kernel has not told yet, or the device is just going. */
function hidDeviceOf(device: KernelDevice): HidDevice | undefined {
  const lines = attribute(join(device.folder, '../..'), 'uevent')?.split('\n') ?? [];
  const value = (name: string) => lines.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1);
  // HID_ID=0003:00000C27:00003BFA: bus, vendor, product.
  const [, vendor, product] =
    /^[0-9A-F]+:[0-9A-F]{4}([0-9A-F]{4}):[0-9A-F]{4}([0-9A-F]{4})$/i.exec(value('HID_ID') ?? '') ?? [];
  if (vendor === undefined || product === undefined) return undefined;
  return {
    ...device,
    vendorId: vendor.toLowerCase(),
    productId: product.toLowerCase(),
    uniq: value('HID_UNIQ')?.trim() ?? '',
    phys: value('HID_PHYS')?.trim() ?? '',
  };
}
