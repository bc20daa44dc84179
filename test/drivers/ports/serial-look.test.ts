import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type PortWish, portWish } from '../../../drivers/ports/port-wish.ts';
import { SerialLook, type UsbProduct } from '../../../drivers/ports/serial-look.ts';
import { SimulatedSerialPort } from '../../benches/ports/serial-bench.ts';
import { SysfsTree } from '../../benches/ports/sysfs-tree.ts';

const CH340 = { vendorId: '1a86', productId: '7523', product: 'USB2.0-Serial' } as const;
const FTDI = { vendorId: '0403', productId: '6001', manufacturer: 'FTDI', serial: 'A700fbj1' } as const;
const TWN4 = { vendorId: '09D8', productId: '0420', serial: 'TW-88' } as const;
const TWN4_PRODUCT = { vendorId: '09d8', productId: '0420' };
const ANY_CH340 = { vendor_id: '1A86', product_id: '7523' };

let tree: SysfsTree;
beforeEach(async () => {
  tree = await SysfsTree.make();
});
afterEach(() => tree[Symbol.asyncDispose]());

function lookFor(wishes: readonly PortWish[], products: readonly UsbProduct[] = []): SerialLook {
  return new SerialLook(wishes, products, tree);
}

/** `[key, name of the node]`, in order. */
function found(look: SerialLook): readonly (readonly [string, string])[] {
  const nodes = look
    .look()
    .candidates.map(({ key, path }) => [key, path.replace(`${tree.dev}/`, '')] as const);
  return nodes.toSorted();
}

function absences(look: SerialLook): readonly string[] {
  return look.look().troubles.map(({ kind, message }) => `${kind}: ${message}`);
}

describe('what is a candidate', () => {
  test('an adapter that is assigned to nobody is none', async () => {
    await tree.plugUsbSerial('ttyUSB0', { ...CH340, port: '1-1' });
    await tree.plugUsbSerial('ttyUSB1', { ...FTDI, port: '1-2' });
    expect(found(lookFor([], [TWN4_PRODUCT]))).toEqual([]);
  });
  test("a driver's own product is one wherever it is plugged in, with what USB says of it", async () => {
    await tree.plugAcm('ttyACM3', { ...TWN4, port: '2-1.4.2', manufacturer: 'OEM', product: 'TWN4' });
    const { candidates, troubles } = lookFor([], [TWN4_PRODUCT]).look();
    expect(troubles).toEqual([]);
    expect(candidates).toEqual([
      {
        key: '09d8-0420-serial-tw-88-if00',
        path: join(tree.dev, 'ttyACM3'),
        plugging: expect.any(String),
        usb: {
          ...TWN4_PRODUCT,
          ...{
            serialNumber: 'TW-88',
            interfaceNumber: '00',
            port: '2-1.4.2',
            manufacturer: 'OEM',
            product: 'TWN4',
          },
        },
      },
    ]);
  });
  test('two interfaces of one device are two', async () => {
    await tree.plugAcm('ttyACM0', { ...TWN4, port: '1-3' });
    await tree.plugAcm('ttyACM1', { ...TWN4, port: '1-3', interface: '02' });
    expect(found(lookFor([], [TWN4_PRODUCT]))).toEqual([
      ['09d8-0420-serial-tw-88-if00', 'ttyACM0'],
      ['09d8-0420-serial-tw-88-if02', 'ttyACM1'],
    ]);
    const onlySecond = { vendor_id: '09d8', product_id: '0420', interface: '02' };
    expect(found(lookFor([onlySecond]))).toEqual([['09d8-0420-serial-tw-88-if02', 'ttyACM1']]);
  });
  test('a path of udev leads to the port behind it, and to its identity on USB', async () => {
    await tree.plugUsbSerial('ttyUSB0', { ...CH340, port: '1-1.4' });
    const path = await tree.addLink('serial/by-id/usb-1a86_USB2.0-Serial-if00-port0', 'ttyUSB0');
    expect(found(lookFor([path]))).toEqual([['1a86-7523-usb-1-1-4-if00', 'ttyUSB0']]);
  });
  test('a port that is wished by path and is a known product is one', async () => {
    await tree.plugAcm('ttyACM0', { ...TWN4, port: '1-3' });
    const path = await tree.addLink('serial/by-id/usb-OEM_TWN4', 'ttyACM0');
    const look = lookFor(
      [path, join(tree.dev, 'ttyACM0'), { vendor_id: '09d8', product_id: '0420' }],
      [TWN4_PRODUCT],
    );
    expect(found(look)).toEqual([['09d8-0420-serial-tw-88-if00', 'ttyACM0']]);
  });
  test('a wish by ids is granted by all that fit, and by those alone', async () => {
    await tree.plugUsbSerial('ttyUSB0', { ...CH340, port: '1-1' });
    await tree.plugUsbSerial('ttyUSB1', { ...FTDI, port: '1-2' });
    await tree.plugUsbSerial('ttyUSB2', { ...CH340, port: '1-3' });
    expect(found(lookFor([ANY_CH340])).map(([, node]) => node)).toEqual(['ttyUSB0', 'ttyUSB2']);
    const one = { vendor_id: '0403', product_id: '6001', serial_number: 'A700fbj1' };
    expect(found(lookFor([one])).map(([, node]) => node)).toEqual(['ttyUSB1']);
    expect(found(lookFor([{ ...one, serial_number: 'A700fbj2' }]))).toEqual([]);
  });
  test('a port of the board is one by its path', () => {
    const path = join(tree.dev, 'ttyS0');
    expect(found(lookFor([path]))).toEqual([[expect.stringMatching(/-dev-ttys0$/), 'ttyS0']]);
  });
  test('a port that sysfs does not know is one by its path', async () => {
    await using port = await SimulatedSerialPort.open();
    const { candidates } = lookFor([port.path]).look();
    expect(candidates).toEqual([
      { key: expect.stringMatching(/^tmp-encoderd-port-\w+-port$/), path: port.path },
    ]);
  });
  test('nothing is, and nothing breaks, where there is no sysfs', async () => {
    await rm(tree.sysfs, { recursive: true });
    expect(found(lookFor([ANY_CH340], [TWN4_PRODUCT]))).toEqual([]);
  });
});

describe('what is configured and not there is told', () => {
  test('by path, also when a link leads nowhere', async () => {
    const path = await tree.addLink('serial/by-id/usb-gone', 'ttyUSB7');
    expect(absences(lookFor([path]))).toEqual([
      expect.stringContaining(`absent: ${path} is configured and not there`),
    ]);
  });
  test('by ids, with all that was asked for', () => {
    const wish = { vendor_id: '0403', product_id: '6001', serial_number: 'X1', interface: '01' };
    expect(absences(lookFor([wish]))).toEqual([
      expect.stringContaining('0403:6001 with serial number X1 at interface 01'),
    ]);
  });
  test('until it is plugged in', async () => {
    const look = lookFor([ANY_CH340]);
    expect(absences(look)).toHaveLength(1);
    await tree.plugUsbSerial('ttyUSB0', { ...CH340, port: '1-1' });
    expect(absences(look)).toEqual([]);
    await tree.unplug('ttyUSB0');
    expect(absences(look)).toHaveLength(1);
  });
});

describe('keys', () => {
  test('of two adapters without serial numbers are their USB ports, whichever gets which number', async () => {
    const look = lookFor([ANY_CH340]);
    await tree.plugUsbSerial('ttyUSB0', { ...CH340, port: '1-1' });
    await tree.plugUsbSerial('ttyUSB1', { ...CH340, port: '1-2' });
    const before = found(look);
    expect(before).toEqual([
      ['1a86-7523-usb-1-1-if00', 'ttyUSB0'],
      ['1a86-7523-usb-1-2-if00', 'ttyUSB1'],
    ]);
    await tree.unplug('ttyUSB0');
    await tree.unplug('ttyUSB1');
    await tree.plugUsbSerial('ttyUSB1', { ...CH340, port: '1-1' });
    await tree.plugUsbSerial('ttyUSB0', { ...CH340, port: '1-2' });
    for (const again of [look, lookFor([ANY_CH340])])
      expect(found(again)).toEqual([
        ['1a86-7523-usb-1-1-if00', 'ttyUSB1'],
        ['1a86-7523-usb-1-2-if00', 'ttyUSB0'],
      ]);
  });
  test('go with a serial number to another port', async () => {
    const look = lookFor([{ vendor_id: '0403', product_id: '6001' }]);
    await tree.plugUsbSerial('ttyUSB0', { ...FTDI, port: '1-1' });
    expect(found(look)).toEqual([['0403-6001-serial-a700fbj1-if00', 'ttyUSB0']]);
    await tree.unplug('ttyUSB0');
    await tree.plugUsbSerial('ttyUSB0', { ...FTDI, port: '2-4' });
    expect(found(look)).toEqual([['0403-6001-serial-a700fbj1-if00', 'ttyUSB0']]);
  });
  test('of two adapters with the same serial number are their USB ports, also once one of them is alone', async () => {
    const wish = { vendor_id: '10c4', product_id: 'ea60' };
    const clone = { vendorId: '10c4', productId: 'ea60', serial: 'CLONE77' };
    await tree.plugUsbSerial('ttyUSB0', { ...clone, port: '1-1' });
    await tree.plugUsbSerial('ttyUSB1', { ...clone, port: '1-2' });
    const look = lookFor([wish]);
    expect(found(look).map(([key]) => key)).toEqual(['10c4-ea60-usb-1-1-if00', '10c4-ea60-usb-1-2-if00']);
    await tree.unplug('ttyUSB0');
    await tree.unplug('ttyUSB1');
    expect(found(look)).toEqual([]);
    await tree.plugUsbSerial('ttyUSB0', { ...clone, port: '1-2' });
    expect(found(look).map(([key]) => key)).toEqual(['10c4-ea60-usb-1-2-if00']);
  });
  test('stay as they are while the device is plugged in, whoever comes', async () => {
    const wish = { vendor_id: '10c4', product_id: 'ea60' };
    const clone = { vendorId: '10c4', productId: 'ea60', serial: 'CLONE77' };
    await tree.plugUsbSerial('ttyUSB0', { ...clone, port: '1-2' });
    const look = lookFor([wish]);
    expect(found(look)).toEqual([['10c4-ea60-serial-clone77-if00', 'ttyUSB0']]);
    await tree.plugUsbSerial('ttyUSB1', { ...clone, port: '1-1' });
    expect(found(look)).toEqual([
      ['10c4-ea60-serial-clone77-if00', 'ttyUSB0'],
      ['10c4-ea60-usb-1-1-if00', 'ttyUSB1'],
    ]);
  });
  test.each(['0001', '00000000', '0123456789', '12345678', '-'])(
    'do not come from the number %s, which every piece has',
    async (serial) => {
      await tree.plugUsbSerial('ttyUSB0', { vendorId: '10c4', productId: 'ea60', port: '1-1', serial });
      expect(found(lookFor([{ vendor_id: '10c4', product_id: 'ea60' }]))).toEqual([
        ['10c4-ea60-usb-1-1-if00', 'ttyUSB0'],
      ]);
    },
  );
  test('are those of the device that is plugged in now, though port and name are those of another one before', async () => {
    const look = lookFor([{ vendor_id: '0403', product_id: '6001' }]);
    await tree.plugUsbSerial('ttyUSB0', { ...FTDI, port: '1-1' });
    expect(found(look)).toHaveLength(1);
    await tree.unplug('ttyUSB0');
    await tree.plugUsbSerial('ttyUSB0', { ...FTDI, port: '1-1', serial: 'OTHER' });
    expect(found(look)).toEqual([['0403-6001-serial-other-if00', 'ttyUSB0']]);
  });
});

test.each([
  ['/dev/ttyUSB0', true],
  ['COM3', true],
  ['com12', true],
  ['COM0', false],
  ['COM', false],
  ['LPT1', false],
  ['COM3:', false],
])('whether %s may be the path of a port: %s', (path, may) => {
  expect(portWish.safeParse(path).success).toBe(may);
});

describe('where there is no /sys', () => {
  const NOWHERE = { sysfs: '/nonexistent/sys', dev: '/nonexistent/dev' };

  test('a port of Windows is a candidate by its name alone, and opening it tells whether it is there', () => {
    const { candidates, troubles } = new SerialLook(
      ['COM3', 'com12'],
      [TWN4_PRODUCT],
      NOWHERE,
      'win32',
    ).look();
    expect(candidates).toEqual([
      { key: 'com3', path: 'COM3' },
      { key: 'com12', path: 'com12' },
    ]);
    expect(troubles).toEqual([]);
    expect(absences(new SerialLook(['COM3'], [], NOWHERE, 'linux'))).toEqual([
      expect.stringContaining('absent: COM3 is configured and not there'),
    ]);
  });
  test('a port of macOS is a candidate by its path', async () => {
    await using port = await SimulatedSerialPort.open();
    const { candidates, troubles } = new SerialLook([port.path], [], NOWHERE, 'darwin').look();
    expect(candidates).toMatchObject([{ path: port.path }]);
    expect(troubles).toEqual([]);
    const [missing] = absences(new SerialLook(['/dev/cu.usbserial-1'], [], NOWHERE, 'darwin'));
    expect(missing).toContain('/dev/cu.usbserial-1 is configured and not there');
    expect(missing).not.toContain('by-id');
  });
  test.each(['win32', 'darwin'] as const)(
    'what USB says of a port helps nobody on %s, which is told',
    (platform) => {
      expect(absences(new SerialLook([ANY_CH340], [], NOWHERE, platform))).toEqual([
        'absent: the serial port 1A86:7523 cannot be looked for: only Linux tells what is on USB (/sys). Name the port\'s path in "ports" (docs/other-systems.md)',
      ]);
    },
  );
});
