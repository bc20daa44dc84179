import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { deviceIdFor } from '../../../drivers/pcsc/device-id.ts';
import { isSamSlot, parseReaderName } from '../../../drivers/pcsc/reader-name.ts';
import { usbPortsOf } from '../../../drivers/pcsc/usb-ports.ts';

const A = 'ACS ACR122U PICC Interface 00 00';
const B = 'ACS ACR122U PICC Interface 01 00';
const noPorts = () => [];

describe("a reader's name", () => {
  test.each([
    [A, { title: 'ACS ACR122U PICC Interface', serial: undefined, index: '00', slot: 0 }],
    [
      'Identiv uTrust 3700 F CL Reader [uTrust 3700 F CL Reader] (55041234601) 0A 01',
      {
        title: 'Identiv uTrust 3700 F CL Reader [uTrust 3700 F CL Reader]',
        serial: '55041234601',
        index: '0A',
        slot: 1,
      },
    ],
    ['ACS ACR122 0', { title: 'ACS ACR122 0', serial: undefined, index: '00', slot: 0 }],
  ])('%s is taken apart', (name, parts) => {
    expect(parseReaderName(name)).toEqual(parts);
  });

  test('tells a slot for a security module from one for cards', () => {
    expect(isSamSlot('ACS ACR1252 Dual Reader [ACR1252 Dual Reader SAM] 01 00')).toBe(true);
    expect(isSamSlot('SAMSUNG Reader 00 00')).toBe(false);
  });
});

describe("a device's id", () => {
  test('is made from the serial number, whatever the counter says', () => {
    const id = (index: string) => deviceIdFor(`Maker Reader (AB12) ${index} 00`, [], [], noPorts);
    expect(id('00')).toEqual({ id: 'maker-reader-ab12', isLasting: true });
    expect(id('03')).toEqual(id('00'));
  });

  test('of the only reader of its name is that name, whatever the counter says', () => {
    expect(deviceIdFor(A, [A], [], noPorts)).toEqual({ id: 'acs-acr122u-picc-interface', isLasting: true });
    expect(deviceIdFor(B, [B], [], noPorts)).toEqual({ id: 'acs-acr122u-picc-interface', isLasting: true });
  });

  test('tells the slots of one reader apart', () => {
    const second = 'ACS ACR122U PICC Interface 00 01';
    expect(deviceIdFor(second, [A, second], [], noPorts).id).toBe('acs-acr122u-picc-interface-slot-1');
  });

  test('of a second equal reader is made from the USB port that the first one does not have', () => {
    const first = deviceIdFor(A, [A], [], () => ['1-1']);
    expect(first).toEqual({ id: 'acs-acr122u-picc-interface', usbPort: '1-1', isLasting: true });
    const second = deviceIdFor(B, [A, B], [{ ...first, readerName: A }], () => ['1-1', '1-4.2']);
    expect(second).toEqual({ id: 'acs-acr122u-picc-interface-usb-1-4-2', usbPort: '1-4.2', isLasting: true });
  });

  test('of two equal readers that come together holds only as long as their order: it says so', () => {
    const ports = () => ['1-1', '1-4.2'];
    const first = deviceIdFor(A, [A, B], [], ports);
    expect(first).toEqual({ id: 'acs-acr122u-picc-interface-00', isLasting: false });
    const second = deviceIdFor(B, [A, B], [{ ...first, readerName: A }], ports);
    expect(second).toEqual({ id: 'acs-acr122u-picc-interface-01', isLasting: false });
  });
});

test('USB ports of a reader are those where its product is plugged in and has the interface class of card readers', () => {
  const sysfs = mkdtempSync(join(tmpdir(), 'encoderd-sysfs-'));
  try {
    const plug = (port: string, product: string, interfaceClass: string) => {
      mkdirSync(join(sysfs, port));
      writeFileSync(join(sysfs, port, 'product'), `${product}\n`);
      mkdirSync(join(sysfs, `${port}:1.0`));
      writeFileSync(join(sysfs, `${port}:1.0`, 'bInterfaceClass'), `${interfaceClass}\n`);
    };
    plug('1-1', 'ACR122U PICC Interface', '0b');
    plug('1-4.2', 'ACR122U PICC Interface', '0b');
    plug('1-2', 'ACR122U PICC Interface', '03');
    plug('2-1', 'USB Keyboard', '0b');
    expect(usbPortsOf('ACS ACR122U PICC Interface', sysfs)).toEqual(['1-1', '1-4.2']);
    expect(usbPortsOf('ACS ACR122U PICC Interface', join(sysfs, 'none'))).toEqual([]);
  } finally {
    rmSync(sysfs, { recursive: true });
  }
});
