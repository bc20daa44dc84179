import { beforeEach, describe, expect, test } from 'vitest';
import type { HidLine } from '../../../drivers/ports/contract.ts';
import { EncoderError } from '../../../src/encoder/errors.ts';
import { SimulatedHidPort } from '../../benches/ports/hid-bench.ts';
import { codeOf, fires, patience, rejectionOf, soon } from '../../contracts/encoder-desk.ts';

const never = () => new Promise<never>(() => {});

describe('a HID line', () => {
  let port: SimulatedHidPort;
  let line: HidLine;
  beforeEach(async () => {
    port = new SimulatedHidPort('0c27', '3bfa');
    line = await port.open(port.candidate, patience());
  });

  test('carries reports both ways', async () => {
    const heard: (readonly [string, readonly number[]])[] = [];
    port.face = {
      onOutputReport: (report) => void heard.push(['output', [...report]]),
      onFeatureReport: (report) => void heard.push(['feature', [...report]]),
      featureReport: (id, length) => Uint8Array.from({ length }, (_, index) => (index === 0 ? id : index)),
    };
    await line.write(Uint8Array.of(0, 1, 2));
    await line.sendFeatureReport(Uint8Array.of(0, 0x8f, 0));
    expect(heard).toEqual([
      ['output', [0, 1, 2]],
      ['feature', [0, 0x8f, 0]],
    ]);
    expect([...(await line.getFeatureReport(5, 4))]).toEqual([5, 1, 2, 3]);
    const input = Promise.withResolvers<Uint8Array>();
    line.onReport = input.resolve;
    port.sendInputReport(Uint8Array.of(9, 8));
    expect([...(await soon(input.promise, 'the report'))]).toEqual([9, 8]);
  });
  test('is gone, once, when it is unplugged, though node-hid does not say why', async () => {
    let fired = 0;
    line.gone.addEventListener('abort', () => {
      fired += 1;
    });
    port.unplug();
    const reason = await fires(line.gone, '`gone`');
    expect(codeOf(reason)).toBe('device_lost');
    expect(String(reason)).toContain('the system does not say why');
    expect(codeOf(await rejectionOf(line.write(Uint8Array.of(0))))).toBe('device_lost');
    await line[Symbol.asyncDispose]();
    expect(fired).toBe(1);
    expect(port.isOpen).toBe(false);
  });
  test('rejects the transfer during which it is unplugged', async () => {
    port.face = { onFeatureReport: never };
    const transfer = rejectionOf(line.sendFeatureReport(Uint8Array.of(0)));
    port.unplug();
    expect(codeOf(await transfer)).toBe('device_lost');
  });
  test('rejects a transfer that fails because it is unplugged with device_lost', async () => {
    port.unplug();
    expect(codeOf(await rejectionOf(line.sendFeatureReport(Uint8Array.of(0))))).toBe('device_lost');
  });
  test.each([
    ['write', () => line.write(Uint8Array.of(0))],
    ['sendFeatureReport', () => line.sendFeatureReport(Uint8Array.of(0))],
    ['getFeatureReport', () => line.getFeatureReport(0, 9)],
  ])('rejects %s that hangs after a second, and is given up then', async (_, transfer) => {
    port.face = { onOutputReport: never, onFeatureReport: never, featureReport: never };
    expect(codeOf(await rejectionOf(transfer()))).toBe('device_timeout');
    expect(codeOf(line.gone.reason)).toBe('device_lost');
    await line[Symbol.asyncDispose]();
  });
  test('stays when the device refuses a transfer', async () => {
    expect(codeOf(await rejectionOf(line.getFeatureReport(7, 9)))).toBe('device_protocol');
    port.face = { featureReport: () => Uint8Array.of(7, 1) };
    expect([...(await line.getFeatureReport(7, 9))]).toEqual([7, 1]);
  });
  test('that is closed first ends the transfer that is under way, then reading, then the device', async () => {
    const answered = Promise.withResolvers<Uint8Array>();
    const asked = Promise.withResolvers<void>();
    port.face = {
      featureReport: () => {
        asked.resolve();
        return answered.promise;
      },
    };
    const transfer = rejectionOf(line.getFeatureReport(0, 9));
    await asked.promise;
    const closed = line[Symbol.asyncDispose]();
    expect(codeOf(await transfer)).toBe('device_lost');
    expect(port.isOpen).toBe(true);
    answered.resolve(Uint8Array.of(0));
    await closed;
    expect(port.isOpen).toBe(false);
  });
  test('may be closed as soon as it is open', async () => {
    await line[Symbol.asyncDispose]();
    const opening = port.open(port.candidate, patience());
    await opening.then((again) => again[Symbol.asyncDispose]());
    expect(port.isOpen).toBe(false);
  });
  test('that is given up is gone for the reason given', async () => {
    line.lose(new EncoderError('device_lost', 'it answers nonsense'));
    expect(String(line.gone.reason)).toContain('it answers nonsense');
    await line[Symbol.asyncDispose]();
    expect(port.isOpen).toBe(false);
  });
});
