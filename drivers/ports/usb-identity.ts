import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { UsbIdentity } from './contract.ts';

/** `1-1.4:1.0`: an interface of a USB device, as the kernel names it (Documentation/ABI/stable/sysfs-bus-usb). */
const INTERFACE = /^\d+-[\d.]+:\d+\.\d+$/;

/**
 * What USB says of a device of the kernel, by its folder in sysfs with all links resolved: that lies below the folder of its USB interface, which lies in
 * that of the USB device. Undefined for one that is not on USB, or is just going.
 */
export function usbIdentityOf(folder: string): UsbIdentity | undefined {
  const usbInterface = usbInterfaceAbove(folder);
  if (usbInterface === undefined) return undefined;
  const device = dirname(usbInterface);
  const vendorId = attribute(device, 'idVendor');
  const productId = attribute(device, 'idProduct');
  if (vendorId === undefined || productId === undefined) return undefined;
  const serialNumber = attribute(device, 'serial');
  const interfaceNumber = attribute(usbInterface, 'bInterfaceNumber');
  const manufacturer = attribute(device, 'manufacturer');
  const product = attribute(device, 'product');
  return {
    vendorId: vendorId.toLowerCase(),
    productId: productId.toLowerCase(),
    port: basename(device),
    ...(serialNumber === undefined ? {} : { serialNumber }),
    ...(interfaceNumber === undefined ? {} : { interfaceNumber: interfaceNumber.toLowerCase() }),
    ...(manufacturer === undefined ? {} : { manufacturer }),
    ...(product === undefined ? {} : { product }),
  };
}

/** Another number each time that a device is plugged in; undefined where there is no USB device above. */
export function pluggingNumber(folder: string): string | undefined {
  const usbInterface = usbInterfaceAbove(folder);
  return usbInterface === undefined ? undefined : attribute(dirname(usbInterface), 'devnum');
}

/** An attribute in sysfs without white space around it; undefined where there is none, or it is empty. */
export function attribute(folder: string, name: string): string | undefined {
  try {
    return readFileSync(join(folder, name), 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}

function usbInterfaceAbove(folder: string): string | undefined {
  for (let above = folder; above !== dirname(above); above = dirname(above))
    if (INTERFACE.test(basename(above))) return above;
  return undefined;
}
