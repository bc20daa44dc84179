import type { Finding } from '../../model/finding.ts';
import { type Check, error, note, warning } from '../check.ts';
import type { Desk } from '../desk.ts';
import { deviceFacts } from '../facts/device-facts.ts';
import { called, isCardReader, type UsbDevice, usbDevices } from '../facts/usb-facts.ts';
import { KNOWN_READERS, SERIAL_ADAPTERS } from '../known-readers.ts';

/** Whether every reader on USB has a driver that runs and takes it as it is. */
export const usbDrivers: Check = {
  id: 'usb-drivers',
  async look(desk) {
    const { drivers } = desk;
    if (!desk.isLinux || drivers === null) return [];
    const assigned = new Set(deviceFacts(desk).devices.flatMap(({ candidate }) => candidate.usb?.port ?? []));
    return usbDevices(desk).flatMap((device) => {
      const known = knownAs(device);
      if (known?.trouble !== undefined && !isCardReader(device)) {
        const { id, cure } = known.trouble;
        const summary =
          id === 'wrong-firmware'
            ? `The reader at USB port ${device.port} runs the wrong firmware: ${known.name}, which cannot be driven.`
            : `No driver takes the ${known.name} at USB port ${device.port}.`;
        return [error({ id, summary, evidence: [seen(desk, device)], cure })];
      }
      const driver = known?.driver ?? (isCardReader(device) ? 'pcsc' : null);
      if (driver !== null) return drivers.includes(driver) ? [] : [driverIsOff(desk, device, driver)];
      return adapter(desk, device, assigned);
    });
  },
};

/** The product itself comes before its maker's others. */
function knownAs({ vendorId, productId }: UsbDevice) {
  const ofMaker = KNOWN_READERS.filter((known) => known.vendorId === vendorId);
  return (
    ofMaker.find((known) => known.productId === productId) ??
    ofMaker.find((known) => known.productId === undefined)
  );
}

const seen = (desk: Desk, device: UsbDevice): string =>
  `${desk.at('sys/bus/usb/devices')}: ${called(device)}`;

function driverIsOff(desk: Desk, device: UsbDevice, driver: string): Finding {
  return warning({
    id: 'reader-without-driver',
    summary: `The reader ${called(device)} is plugged in, and its driver ${driver} is off.`,
    evidence: [
      seen(desk, device),
      `the configuration ${desk.configPath ?? ''} runs ${desk.drivers?.join(', ') || 'no driver'}`,
    ],
    cure: `Add "${driver}: {}" under "drivers:" in the configuration, and start the service again.`,
  });
}

function adapter(desk: Desk, device: UsbDevice, assigned: ReadonlySet<string>): readonly Finding[] {
  const name = SERIAL_ADAPTERS[`${device.vendorId}:${device.productId}`];
  if (name === undefined || assigned.has(device.port)) return [];
  return [
    note({
      id: 'serial-adapter-not-assigned',
      summary: `There is a serial adapter (${name}) at USB port ${device.port} that belongs to no driver.`,
      evidence: [seen(desk, device)],
      cure: 'If an encoder is behind it, name it under "ports" of its driver in the configuration (ls /dev/serial/by-id).',
    }),
  ];
}
