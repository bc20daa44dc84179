import { expect, test } from 'vitest';
import { usbDrivers } from '../../src/doctor/checks/usb-drivers.ts';
import { configFile, evidenceOf, look, PreparedSystem, shown } from './doctor-bed.ts';

/** A system with this device plugged in, of this class. */
function plugged(ids: string, interfaceClass = '03', name = ''): string {
  const [vendorId, productId] = ids.split(':');
  const folder = 'sys/bus/usb/devices';
  return new PreparedSystem()
    .write(`${folder}/2-1.3/idVendor`, `${vendorId}\n`)
    .write(`${folder}/2-1.3/idProduct`, `${productId}\n`)
    .write(`${folder}/2-1.3/product`, `${name}\n`)
    .write(`${folder}/2-1.3:1.0/bInterfaceClass`, `${interfaceClass}\n`).root;
}

const only = (driver: string) => configFile(`drivers: { ${driver}: {} }\n`);

test('a TWN4 with the firmware for keyboards runs the wrong firmware, and the cure says which is right', async () => {
  const findings = await look(usbDrivers, { root: plugged('09D8:0410', '03', 'TWN4/B1.50') });
  expect(shown(findings)).toEqual(['error wrong-firmware']);
  expect(evidenceOf(findings, 'wrong-firmware')).toContain('09d8:0410 "TWN4/B1.50" at USB port 2-1.3');
  expect(findings[0]?.cure).toContain('Simple_Protocol');
});

test('readers of makers that are known, and of models that nothing drives, are told', async () => {
  for (const ids of ['0c27:232d', '0801:0011'])
    expect(shown(await look(usbDrivers, { root: plugged(ids) }))).toEqual(['error reader-not-supported']);
});

test('one of such a maker that is a smart card reader is the driver pcsc’s', async () => {
  expect(await look(usbDrivers, { root: plugged('0c27:ccda', '0b') })).toEqual([]);
});

test('a reader whose driver is off is told, with what runs', async () => {
  for (const [ids, driver, kind] of [
    ['0c27:3bfa', 'pcprox', '03'],
    ['0801:0003', 'msr605', '03'],
    ['09d8:0420', 'twn4', '02'],
    ['09d8:0427', 'pcsc', '0b'],
    ['072f:2200', 'pcsc', '0b'],
  ] as const) {
    const root = plugged(ids, kind);
    const findings = await look(usbDrivers, { root, config: only('virtual') });
    expect(shown(findings), ids).toEqual(['warning reader-without-driver']);
    expect(findings[0]?.cure, ids).toContain(`"${driver}: {}"`);
    expect(await look(usbDrivers, { root, config: only(driver) }), ids).toEqual([]);
    expect(await look(usbDrivers, { root }), ids).toEqual([]);
  }
});

test('an adapter that belongs to no driver is worth a note; a keyboard is not', async () => {
  expect(shown(await look(usbDrivers, { root: plugged('1a86:7523', 'ff') }))).toEqual([
    'note serial-adapter-not-assigned',
  ]);
  expect(await look(usbDrivers, { root: plugged('046d:c31c') })).toEqual([]);
});
