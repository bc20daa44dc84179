import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { otherFirmwareSource } from '../../../drivers/twn4/other-firmware.ts';
import { isWanted } from '../../../drivers/twn4/wanted.ts';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'encoderd-twn4-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** Plugs USB devices in: port and ids as sysfs has them. */
async function plugIn(
  ...devices: readonly (readonly [port: string, vendor: string, product: string])[]
): Promise<void> {
  for (const [port, vendor, product] of devices) {
    const folder = join(root, 'bus/usb/devices', port);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'idVendor'), `${vendor}\n`);
    await writeFile(join(folder, 'idProduct'), `${product}\n`);
  }
}

async function troubles(isMissed = true): Promise<readonly string[]> {
  const sight = await otherFirmwareSource(isMissed, { sysfs: root, dev: join(root, 'dev') }).look();
  expect(sight.candidates).toEqual([]);
  return sight.troubles.map(({ kind, message }) => `${kind}: ${message}`);
}

test('a TWN4 that is a keyboard is told where a port is missed, with what to load into it', async () => {
  await plugIn(['1-1.4', '09d8', '0410'], ['1-2', '046d', 'c31c']);
  const [trouble, ...others] = await troubles();
  expect(others).toEqual([]);
  expect(trouble).toMatch(/^wrong_device: .*USB port 1-1\.4 .*keyboard.*Simple_Protocol\.bix/);
});

test.each(['0427', '0428'])(
  "a TWN4 that is a PC/SC reader (09d8:%s) is told to be the driver pcsc's",
  async (product) => {
    await plugIn(['3-2', '09d8', product]);
    const [trouble] = await troubles();
    expect(trouble).toMatch(/^wrong_device: .*USB port 3-2 .*pcsc/);
  },
);

test('nothing is told where a TWN4 is a serial port, or none is missed', async () => {
  await plugIn(['1-1', '09d8', '0410'], ['1-2', '09D8', '0420']);
  expect(await troubles()).toEqual([]);
  await rm(join(root, 'bus/usb/devices/1-2'), { recursive: true });
  expect(await troubles(false)).toEqual([]);
});

test('nothing is told where there is no USB', async () => {
  expect(await troubles()).toEqual([]);
});

test('the driver is wanted when the configuration assigns a port to it', async () => {
  expect(await isWanted({ ports: [join(root, 'ttyACM9')] })).toBe(true);
});
