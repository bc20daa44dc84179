import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HidLook, type HidProduct } from '../../../drivers/ports/hid-look.ts';
import { SysfsTree } from '../../benches/ports/sysfs-tree.ts';

const PCPROX = { vendorId: '0c27', productId: '3bfa' } as const;
const MSR605X = { vendorId: '0801', productId: '0003' } as const;

let tree: SysfsTree;
beforeEach(async () => {
  tree = await SysfsTree.make();
});
afterEach(() => tree[Symbol.asyncDispose]());

/** `[key, name of the node]`, in order. */
function found(look: HidLook): readonly (readonly [string, string])[] {
  const nodes = look
    .look()
    .candidates.map(({ key, path }) => [key, path.replace(`${tree.dev}/`, '')] as const);
  return nodes.toSorted();
}

function lookFor(...products: readonly HidProduct[]): HidLook {
  return new HidLook(products, tree);
}

test('a product is found by its ids, with what USB says of it', async () => {
  await tree.plugHid('hidraw0', { ...MSR605X, port: '1-1' });
  await tree.plugHid('hidraw4', { ...PCPROX, port: '1-1.4', product: 'RFIDeas USB Keyboard' });
  const { candidates, troubles } = lookFor(PCPROX).look();
  expect(troubles).toEqual([]);
  expect(candidates).toEqual([
    {
      key: '0c27-3bfa-usb-1-1-4-if00',
      path: join(tree.dev, 'hidraw4'),
      plugging: expect.any(String),
      usb: { ...PCPROX, interfaceNumber: '00', port: '1-1.4', product: 'RFIDeas USB Keyboard' },
    },
  ]);
});
test('ids in upper case in USB, as the kernel may write them, are the same', async () => {
  await tree.plugHid('hidraw0', { vendorId: '0C27', productId: '3BFA', port: '1-1', serial: 'AB-1' });
  expect(found(lookFor(PCPROX))).toEqual([['0c27-3bfa-serial-ab-1-if00', 'hidraw0']]);
});
test('of two alike, each keeps its USB port, whichever gets which number', async () => {
  const look = lookFor(PCPROX);
  await tree.plugHid('hidraw0', { ...PCPROX, port: '1-1' });
  await tree.plugHid('hidraw1', { ...PCPROX, port: '1-2' });
  expect(found(look)).toEqual([
    ['0c27-3bfa-usb-1-1-if00', 'hidraw0'],
    ['0c27-3bfa-usb-1-2-if00', 'hidraw1'],
  ]);
  await tree.unplug('hidraw0');
  await tree.unplug('hidraw1');
  expect(found(look)).toEqual([]);
  await tree.plugHid('hidraw0', { ...PCPROX, port: '1-2' });
  await tree.plugHid('hidraw1', { ...PCPROX, port: '1-1' });
  expect(found(look)).toEqual([
    ['0c27-3bfa-usb-1-1-if00', 'hidraw1'],
    ['0c27-3bfa-usb-1-2-if00', 'hidraw0'],
  ]);
});
test('an interface that the driver does not speak with is none', async () => {
  await tree.plugHid('hidraw0', { ...PCPROX, port: '1-1' });
  await tree.plugHid('hidraw1', { ...PCPROX, port: '1-1', interface: '01' });
  expect(found(lookFor({ ...PCPROX, interfaceNumber: '01' }))).toEqual([
    ['0c27-3bfa-usb-1-1-if01', 'hidraw1'],
  ]);
});
test('one made by a program goes by its serial number, or else by what it calls its place', async () => {
  await tree.makeUhid('hidraw0', '0801', '0003', 'encoderd/msr605x/0', '');
  await tree.makeUhid('hidraw1', '0801', '0003', 'encoderd/msr605x/1', 'SN 42');
  expect(found(lookFor(MSR605X))).toEqual([
    ['0801-0003-phys-encoderd-msr605x-0', 'hidraw0'],
    ['0801-0003-serial-sn-42', 'hidraw1'],
  ]);
});
