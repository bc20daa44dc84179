import type { z } from 'zod';
import { msr605Options } from './msr605/options.ts';
import { MSR605X_PRODUCTS } from './msr605/products.ts';
import { isWanted as isMsr605Wanted } from './msr605/wanted.ts';
import { pcproxOptions } from './pcprox/options.ts';
import { PCPROX_PRODUCTS } from './pcprox/products.ts';
import { isWanted as isPcproxWanted } from './pcprox/wanted.ts';
import { pcscOptions } from './pcsc/options.ts';
import { pn532Options } from './pn532/options.ts';
import { isWanted as isPn532Wanted } from './pn532/wanted.ts';
import type { HidProduct } from './ports/hid-look.ts';
import type { UsbProduct } from './ports/serial-look.ts';
import { ELATEC, SERIAL_PRODUCT } from './twn4/firmware.ts';
import { twn4Options } from './twn4/options.ts';
import { isWanted as isTwn4Wanted } from './twn4/wanted.ts';
import { virtualOptions } from './virtual/options.ts';

/** What the daemon knows of a driver before it loads it. */
export interface DriverEntry {
  readonly name: string;
  /** Checks the driver's part of the configuration, and fills in its defaults. */
  readonly options: z.ZodType;
  /** The module that exports `createDriver`. */
  readonly module: URL;
  /** Native code runs in a child process (`host`) that may die; code without any may run in the daemon. */
  readonly runsIn: 'daemon' | 'host';
  /** Whether there may be a device to drive; until it says yes, no process is started for it. Never touches a device. Absent: always. */
  readonly isWanted?: (options: unknown) => Promise<boolean>;
  /** USB products that it drives wherever they are plugged in, by what the kernel makes of them; PC/SC readers have a class of their own instead. */
  readonly products?: {
    readonly hid?: readonly HidProduct[];
    readonly serial?: readonly UsbProduct[];
  };
}

/** Every driver there is. */
export const drivers: readonly DriverEntry[] = [
  {
    name: 'virtual',
    options: virtualOptions,
    module: new URL('./virtual/index.ts', import.meta.url),
    runsIn: 'daemon',
  },
  { name: 'pcsc', options: pcscOptions, module: new URL('./pcsc/index.ts', import.meta.url), runsIn: 'host' },
  {
    name: 'pn532',
    options: pn532Options,
    module: new URL('./pn532/index.ts', import.meta.url),
    runsIn: 'host',
    isWanted: isPn532Wanted,
  },
  {
    name: 'msr605',
    options: msr605Options,
    module: new URL('./msr605/index.ts', import.meta.url),
    runsIn: 'host',
    isWanted: isMsr605Wanted,
    products: { hid: MSR605X_PRODUCTS },
  },
  {
    name: 'twn4',
    options: twn4Options,
    module: new URL('./twn4/index.ts', import.meta.url),
    runsIn: 'host',
    isWanted: isTwn4Wanted,
    products: { serial: [{ vendorId: ELATEC, productId: SERIAL_PRODUCT }] },
  },
  {
    name: 'pcprox',
    options: pcproxOptions,
    module: new URL('./pcprox/index.ts', import.meta.url),
    runsIn: 'host',
    isWanted: isPcproxWanted,
    products: { hid: PCPROX_PRODUCTS },
  },
];
