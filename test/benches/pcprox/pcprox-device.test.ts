import { expect, test } from 'vitest';
import { PcproxDevice } from './pcprox-device.ts';
import { printedCard } from './wiegand-card.ts';

const CARD = printedCard('h10301', 17n, 1234n);
const OTHER = printedCard('h10302', 0n, 4711n);

/** Sets a command and gets its answer. */
function ask(device: PcproxDevice, command: number): number[] {
  device.setFeature(Uint8Array.of(command, 0, 0, 0, 0, 0, 0, 0));
  return [...device.getFeature(0, 8)];
}

function put(device: PcproxDevice, page: number, bytes: readonly number[], savedPages = 0): void {
  device.setFeature(Uint8Array.of(0x80 + page, 0, 0, 0, 0, 0, 0, 0));
  device.setFeature(Uint8Array.from(bytes));
  device.setFeature(Uint8Array.of(0x90, savedPages, 0, 0, 0, 0, 0, 0));
}

test('a reader as from the factory types a card, and hands out its bits without parities', () => {
  const device = new PcproxDevice();
  device.hold(CARD);
  expect(device.typed).toEqual([`${17 * 65536 + 1234}\n`]);
  expect(ask(device, 0x8f)).toEqual([0xd2, 0x04, 0x11, 0, 0, 0, 0, 0]);
  expect(ask(device, 0x8e)).toEqual([24, 24, 0, 0, 0, 0, 0, 0]);
});

test('a reader that was told to types nothing, cuts nothing off, and forgets it without power', () => {
  const device = new PcproxDevice();
  put(device, 0, [3, 5, 0, 16, 26, 0, 40, 0x80]);
  device.hold(CARD);
  expect(device.typed).toEqual([]);
  ask(device, 0x8f);
  expect(ask(device, 0x8e)[0]).toBe(26);
  device.powerCycle();
  expect(device.pages[0]).toEqual([3, 5, 0x11, 16, 26, 0, 40, 0]);
  expect(device.eepromWrites).toBe(0);
});

test('a page that is saved outlives the power, and is counted', () => {
  const device = new PcproxDevice();
  put(device, 0, [3, 5, 0, 16, 26, 0, 40, 0x80], 0b001);
  device.powerCycle();
  expect(device.pages[0]).toEqual([3, 5, 0, 16, 26, 0, 40, 0x80]);
  expect(device.eepromWrites).toBe(1);
});

test('the count is that of the bits that were asked for last', () => {
  const device = new PcproxDevice();
  device.hold(CARD);
  expect(ask(device, 0x8e)[0]).toBe(0);
  ask(device, 0x8f);
  device.hold(OTHER);
  expect(ask(device, 0x8e)[0]).toBe(24);
});

test('a page that was chosen swallows the next command, and until the end of its configuration a reader sees no card', () => {
  const device = new PcproxDevice();
  device.hold(CARD);
  device.setFeature(Uint8Array.of(0x82, 0, 0, 0, 0, 0, 0, 0));
  expect(ask(device, 0x8f)).not.toEqual([0xd2, 0x04, 0x11, 0, 0, 0, 0, 0]);
  expect(device.pages[2]).toEqual([0x8f, 0, 0, 0, 0, 0, 0, 0]);
  expect(ask(device, 0x8f)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  ask(device, 0x90);
  ask(device, 0x8f);
  expect(ask(device, 0x8e)[0]).toBe(24);
});

test('a card that was taken away is there until its time is over', () => {
  let now = 0;
  const device = new PcproxDevice({ now: () => now });
  device.hold(CARD);
  device.release();
  now += device.holdMs - 1;
  expect(ask(device, 0x8f)[0]).toBe(0xd2);
  now += 1;
  expect(ask(device, 0x8f)[0]).toBe(0);
  expect(ask(device, 0x8e)[0]).toBe(0);
});

test('a card that lies there ages while the reader overlooks it', () => {
  let now = 0;
  const pages = [
    [0, 0, 0, 0, 0, 0, 0, 0x80],
    [0, 8, 10, 20, 2, 2, 0, 0],
    [0, 0, 0, 0, 0, 0, 0, 0],
  ];
  const device = new PcproxDevice({ pages, now: () => now });
  device.hold(CARD);
  const counts = [0, 479, 480, 959, 960, 1_439].map((at) => {
    now = at;
    ask(device, 0x8f);
    return ask(device, 0x8e)[0];
  });
  expect(counts).toEqual([26, 26, 0, 0, 26, 26]);
});

test('only cards of the wanted length are seen where the configuration wants one', () => {
  const device = new PcproxDevice({
    pages: [
      [3, 5, 0, 16, 26, 0, 40, 0x02],
      [0, 8, 21, 21, 2, 2, 0, 0],
      [0, 0, 0, 0, 0, 0, 0, 0],
    ],
  });
  device.hold(OTHER);
  ask(device, 0x8f);
  expect(ask(device, 0x8e)[0]).toBe(0);
  device.hold(CARD);
  ask(device, 0x8f);
  expect(ask(device, 0x8e)[0]).toBe(26);
  expect(device.typed).toHaveLength(1);
});
