import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ByteLine, PortSource, PortTrouble } from '../ports/contract.ts';
import { SYSTEM_FOLDERS, type SystemFolders } from '../ports/serial-look.ts';
import { attribute } from '../ports/usb-identity.ts';
import {
  ELATEC,
  KEYBOARD_PRODUCT,
  keyboardReader,
  PCSC_PRODUCTS,
  pcscReader,
  SERIAL_PRODUCT,
} from './firmware.ts';

/**
 * Finds no ports, but what stands in for one: TWN4 at USB with firmware that makes no serial port of them. It complains of them where `isMissed` (the
 * configuration assigns ports) and no TWN4 is a serial port.
 */
export function otherFirmwareSource(
  isMissed: boolean,
  folders: SystemFolders = SYSTEM_FOLDERS,
): PortSource<ByteLine> {
  return {
    look: async () => ({ candidates: [], troubles: isMissed ? troublesIn(folders) : [] }),
    open: async ({ path }) => {
      throw new Error(`${path} was never a candidate of this source`);
    },
  };
}

function troublesIn({ sysfs }: SystemFolders): readonly PortTrouble[] {
  const readers = elatecReaders(join(sysfs, 'bus/usb/devices'));
  if (readers.some(({ productId }) => productId === SERIAL_PRODUCT)) return [];
  return readers.flatMap(({ productId, port }) => {
    if (productId === KEYBOARD_PRODUCT) return [keyboardReader(port)];
    return PCSC_PRODUCTS.includes(productId) ? [pcscReader(port)] : [];
  });
}

function elatecReaders(folder: string): readonly { readonly productId: string; readonly port: string }[] {
  return namesIn(folder)
    .map((name) => join(folder, name))
    .filter((device) => attribute(device, 'idVendor')?.toLowerCase() === ELATEC)
    .map((device) => ({
      productId: attribute(device, 'idProduct')?.toLowerCase() ?? '',
      port: basename(device),
    }));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
