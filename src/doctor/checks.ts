import type { Check } from './check.ts';
import { backend } from './checks/backend.ts';
import { browserPolicy } from './checks/browser-policy.ts';
import { clock } from './checks/clock.ts';
import { configuration } from './checks/configuration.ts';
import { database } from './checks/database.ts';
import { deviceAccess } from './checks/device-access.ts';
import { disk } from './checks/disk.ts';
import { driverTroubles } from './checks/drivers.ts';
import { kernelModule } from './checks/kernel-module.ts';
import { pcscd } from './checks/pcscd.ts';
import { pcscdAccess } from './checks/pcscd-access.ts';
import { portHeld } from './checks/port-held.ts';
import { portTaken } from './checks/port-taken.ts';
import { service } from './checks/service.ts';
import { statePermissions } from './checks/state-permissions.ts';
import { system } from './checks/system.ts';
import { twoDaemons } from './checks/two-daemons.ts';
import { usbDrivers } from './checks/usb-drivers.ts';
import { usbReaders } from './checks/usb-readers.ts';
import { version } from './checks/version.ts';

/** Everything that the doctor looks for, in the order in which it is mended. */
export const CHECKS: readonly Check[] = [
  system,
  configuration,
  statePermissions,
  disk,
  database,
  clock,
  pcscd,
  pcscdAccess,
  kernelModule,
  usbReaders,
  usbDrivers,
  deviceAccess,
  portHeld,
  service,
  twoDaemons,
  portTaken,
  version,
  driverTroubles,
  backend,
  browserPolicy,
];
