import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { usbReaders } from '../../src/doctor/checks/usb-readers.ts';
import { pcscdIsAvailable, startPcscBench } from '../benches/pcsc/pcsc-bench.ts';
import { evidenceOf, look, PreparedSystem, shown } from './doctor-bed.ts';

const INFO = 'usr/lib/pcsc/drivers/ifd-ccid.bundle/Contents/Info.plist';

/** A smart card reader, as sysfs shows it. */
function withReader(product: string, ids = '072f:2200', system = new PreparedSystem()): PreparedSystem {
  const [vendorId, productId] = ids.split(':');
  return system
    .write('sys/bus/usb/devices/usb1/bDeviceClass', '09\n')
    .write('sys/bus/usb/devices/1-4/idVendor', `${vendorId}\n`)
    .write('sys/bus/usb/devices/1-4/idProduct', `${productId}\n`)
    .write('sys/bus/usb/devices/1-4/product', `${product}\n`)
    .write('sys/bus/usb/devices/1-4:1.0/bInterfaceClass', '0b\n');
}

describe.skipIf(!pcscdIsAvailable() || !existsSync(`/${INFO}`))('beside a real pcscd with libccid', () => {
  const info = () => readFileSync(`/${INFO}`, 'utf8');

  test('a reader that PC/SC lists is fine', async () => {
    await using bench = await startPcscBench();
    const { root } = withReader('ACR122U PICC Interface').write(INFO, info());
    const env = { PCSCLITE_CSOCK_NAME: bench.socketName };
    expect(shown(await look(usbReaders, { root, env }))).toEqual(['ok usb-reader-in-pcsc']);
  });
  test('a reader that PC/SC does not list is told, with what it lists', async () => {
    await using bench = await startPcscBench();
    const { root } = withReader('ACR1252 Dual Reader', '072f:223b').write(INFO, info());
    const findings = await look(usbReaders, { root, env: { PCSCLITE_CSOCK_NAME: bench.socketName } });
    expect(shown(findings)).toEqual(['warning usb-reader-not-in-pcsc']);
    expect(evidenceOf(findings, 'usb-reader-not-in-pcsc')).toContain(
      `PC/SC lists ${bench.readerNames.join(', ')}`,
    );
  });
  test('a reader that libccid does not know is newer than libccid', async () => {
    await using bench = await startPcscBench();
    const { root } = withReader('Reader of tomorrow', 'fff0:fff1').write(INFO, info());
    const findings = await look(usbReaders, { root, env: { PCSCLITE_CSOCK_NAME: bench.socketName } });
    expect(shown(findings)).toEqual(['warning usb-reader-unknown-to-libccid']);
    expect(evidenceOf(findings, 'usb-reader-unknown-to-libccid')).toContain('does not name fff0:fff1');
  });
});

test('libccid that is missing is an error with a reader, and a note without', async () => {
  const { root } = withReader('ACR122U PICC Interface').write('etc/debian_version', '12\n');
  const findings = await look(usbReaders, { root });
  expect(shown(findings)).toEqual(['error libccid-missing']);
  expect(findings[0]?.cure).toBe('apt-get install libccid');
  expect(shown(await look(usbReaders, { root: new PreparedSystem().root }))).toEqual([
    'note libccid-missing',
  ]);
});
