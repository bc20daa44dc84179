import { expect, test } from 'vitest';
import { WireFaults } from './wire-faults.ts';

/** A line whose ends keep what arrives, and a promise of the pieces when there are so many. */
function line() {
  const toHost: number[][] = [];
  const toDevice: number[][] = [];
  let deaths = 0;
  let arrived = Promise.withResolvers<void>();
  const wire = new WireFaults({
    toHost: (bytes) => {
      toHost.push([...bytes]);
      arrived.resolve();
      arrived = Promise.withResolvers();
    },
    toDevice: (bytes) => toDevice.push([...bytes]),
    die: async () => {
      deaths += 1;
    },
  });
  const pieces = async (count: number) => {
    while (toHost.length < count) await arrived.promise;
    return toHost;
  };
  return { wire, toHost, toDevice, pieces, deaths: () => deaths };
}

const FRAME = Uint8Array.of(1, 2, 3, 4, 5);

test('a faithful line passes frames on at once, as they are, and counts them', () => {
  const { wire, toHost, toDevice } = line();
  wire.fromDevice(FRAME);
  wire.fromHost(Uint8Array.of(9, 8));
  expect(toHost).toEqual([[1, 2, 3, 4, 5]]);
  expect(toDevice).toEqual([[9, 8]]);
  expect(wire.sent).toEqual({ toHost: 5, frames: 1, toDevice: 2, commands: 1 });
});

test.each([
  [1, [[1], [2, 3, 4, 5]]],
  [4, [[1, 2, 3, 4], [5]]],
])('a cut after byte %i', async (position, expected) => {
  const { wire, pieces } = line();
  wire.splitAt(position);
  wire.fromDevice(FRAME);
  expect(await pieces(2)).toEqual(expected);
});

test('a cut falls in a later frame, and frames that follow a cut keep their order', async () => {
  const { wire, pieces } = line();
  wire.splitAt(7);
  wire.fromDevice(FRAME);
  wire.fromDevice(FRAME);
  wire.fromDevice(Uint8Array.of(6));
  expect(await pieces(4)).toEqual([[1, 2, 3, 4, 5], [1, 2], [3, 4, 5], [6]]);
});

test('every byte alone', async () => {
  const { wire, pieces } = line();
  wire.splitEvery(1);
  wire.fromDevice(FRAME);
  expect(await pieces(5)).toEqual([[1], [2], [3], [4], [5]]);
});

test('noise comes before every frame, and not after `clear`', () => {
  const { wire, toHost } = line();
  wire.noiseBefore(Uint8Array.of(7));
  wire.fromDevice(FRAME);
  wire.clear();
  wire.fromDevice(FRAME);
  expect(toHost).toEqual([
    [7, 1, 2, 3, 4, 5],
    [1, 2, 3, 4, 5],
  ]);
});

test('one byte of one frame is spoiled, the one that was meant', () => {
  const { wire, toHost } = line();
  wire.corrupt({ after: 1, at: 6, mask: 0x80 });
  for (let frame = 0; frame < 3; frame++) wire.fromDevice(FRAME);
  expect(toHost).toEqual([
    [1, 2, 3, 4, 5],
    [1, 0x82, 3, 4, 5],
    [1, 2, 3, 4, 5],
  ]);
});

test('a late frame arrives when the host writes again, before what the device says to that', async () => {
  const { wire, toHost, toDevice, pieces } = line();
  wire.delayNext(1);
  wire.fromDevice(Uint8Array.of(1));
  wire.fromDevice(Uint8Array.of(2));
  wire.fromDevice(Uint8Array.of(3));
  expect(toHost).toEqual([[1]]);
  wire.fromHost(Uint8Array.of(9));
  wire.fromDevice(Uint8Array.of(4));
  expect(toHost).toEqual([[1], [2], [3]]);
  expect(await pieces(4)).toEqual([[1], [2], [3], [4]]);
  expect(toDevice).toEqual([[9]]);
});

test('one command is lost, the one that was meant', () => {
  const { wire, toDevice } = line();
  wire.loseCommand(1);
  for (let command = 0; command < 3; command++) wire.fromHost(Uint8Array.of(command));
  expect(toDevice).toEqual([[0], [2]]);
});

test('a silent device is not heard, but hears', async () => {
  const { wire, toHost, toDevice } = line();
  wire.silence();
  wire.fromDevice(FRAME);
  wire.fromHost(FRAME);
  expect([toHost.length, toDevice.length, wire.isSilent]).toEqual([0, 1, true]);
  wire.speak();
  await wire.speaking;
  wire.fromDevice(FRAME);
  expect(toHost).toEqual([[1, 2, 3, 4, 5]]);
});

test.each(['toHost', 'toDevice'] as const)('dies in the middle of what goes %s', async (way) => {
  const { wire, toHost, toDevice, deaths } = line();
  const died = wire.dieAfter(way === 'toHost' ? { toHost: 7 } : { toDevice: 7 });
  for (let frame = 0; frame < 3; frame++) {
    if (way === 'toHost') wire.fromDevice(FRAME);
    else wire.fromHost(FRAME);
  }
  await died;
  const passed = [
    [1, 2, 3, 4, 5],
    [1, 2],
  ];
  expect(way === 'toHost' ? toHost : toDevice).toEqual(passed);
  expect(deaths()).toBe(1);
  wire.clear();
  wire.fromDevice(Uint8Array.of(6));
  expect(toHost.at(-1)).toEqual([6]);
});
