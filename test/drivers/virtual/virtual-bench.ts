import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualDriver } from '../../../drivers/virtual/index.ts';
import type { CardSimulator, Device, DriverLog } from '../../../src/encoder/contract.ts';
import type { EncoderBench } from '../../contracts/encoder.ts';
import { KeptLog } from '../../contracts/encoder-site.ts';

/** A log that nobody reads. */
export const silentLog: DriverLog = { debug() {}, info() {}, warn() {}, error() {} };

/** A virtual driver in a folder of its own, and cards on its first encoder. */
export async function makeVirtualBench(): Promise<EncoderBench> {
  const stateDir = await mkdtemp(join(tmpdir(), 'virtual-cards-'));
  const log = new KeptLog();
  const driver = new VirtualDriver({ options: { encoders: 2 }, stateDir, log });
  const deviceId = 'virtual-1';
  let opened: Device | undefined;
  let simulator: CardSimulator | undefined;
  const hands = () => {
    if (!simulator) throw new Error(`${deviceId} is not open`);
    return simulator;
  };
  return {
    driver: {
      name: driver.name,
      watch: (signal) => driver.watch(signal),
      async open(device, signal) {
        const encoder = await driver.open(device, signal);
        if (device.id !== deviceId) return encoder;
        opened = device;
        simulator = encoder.simulator;
        return encoder;
      },
    },
    deviceId,
    logged: log.lines,
    placeCard: (order) => hands().placeCard(order),
    removeCard: () => hands().removeCard(),
    unplug: async () => driver.unplug(deviceId),
    replug: async () => driver.replug(deviceId),
    dispose: async () => {
      if (opened !== undefined) await leaveBare(driver, opened);
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}

/** Takes away the card that still works on a command when its device went: it would be kept once more, after its folder was removed. */
async function leaveBare(driver: VirtualDriver, device: Device): Promise<void> {
  driver.replug(device.id);
  await using encoder = await driver.open(device, new AbortController().signal);
  await encoder.simulator.removeCard();
}
