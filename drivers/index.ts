import type { z } from 'zod';
import { pcscOptions } from './pcsc/options.ts';
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
}

/** Every driver there is: one line each. */
export const drivers: readonly DriverEntry[] = [
  {
    name: 'virtual',
    options: virtualOptions,
    module: new URL('./virtual/index.ts', import.meta.url),
    runsIn: 'daemon',
  },
  { name: 'pcsc', options: pcscOptions, module: new URL('./pcsc/index.ts', import.meta.url), runsIn: 'host' },
];

/** Drivers that the configuration may name already; until they are here, the daemon says that they are not. */
export const DRIVERS_TO_COME: readonly string[] = ['pn532', 'msr605', 'twn4', 'pcprox'];
