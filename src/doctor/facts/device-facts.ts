import { z } from 'zod';
import { drivers } from '../../../drivers/index.ts';
import type { Candidate } from '../../../drivers/ports/contract.ts';
import { HidLook } from '../../../drivers/ports/hid-look.ts';
import { portWish } from '../../../drivers/ports/port-wish.ts';
import { SerialLook } from '../../../drivers/ports/serial-look.ts';
import type { Computer } from '../computer.ts';

/** A port or HID device that a driver of this desk opens. */
export interface DeskDevice {
  readonly driver: string;
  readonly kind: 'serial' | 'hid';
  readonly candidate: Candidate;
}

export interface DeviceFacts {
  readonly devices: readonly DeskDevice[];
  /** What the configuration assigns and is not there, in a sentence. */
  readonly absent: readonly string[];
}

const withPorts = z.looseObject({ ports: z.array(portWish).default([]) });

/** What the drivers that run here would open, found as they find it: no device is touched. */
export function deviceFacts(desk: Computer): DeviceFacts {
  const devices: DeskDevice[] = [];
  const absent: string[] = [];
  const folders = { sysfs: desk.at('sys'), dev: desk.at('dev') };
  for (const { name, products, options } of drivers) {
    if (desk.drivers?.includes(name) !== true) continue;
    const { ports } = withPorts.parse(options.parse(desk.config?.drivers?.[name] ?? {}));
    const serial = new SerialLook(ports, products?.serial ?? [], folders).look();
    const hid = new HidLook(products?.hid ?? [], folders).look();
    absent.push(...serial.troubles.map(({ message }) => message));
    devices.push(
      ...serial.candidates.map((candidate) => ({ driver: name, kind: 'serial', candidate }) as const),
      ...hid.candidates.map((candidate) => ({ driver: name, kind: 'hid', candidate }) as const),
    );
  }
  return { devices, absent };
}
