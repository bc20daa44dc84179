import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pcproxDriver } from '../../../drivers/pcprox/index.ts';
import type { EncoderDriver, SimulatedCardOrder } from '../../../src/encoder/contract.ts';
import { KeptLog } from '../../contracts/encoder-site.ts';
import { type WireBench, WireFaults } from '../../contracts/wire.ts';
import { SimulatedHidPort } from '../ports/hid-bench.ts';
import { PcproxDevice, type PcproxOptions } from './pcprox-device.ts';
import { printedCard } from './wiegand-card.ts';

export interface PcproxBench extends WireBench {
  readonly device: PcproxDevice;
  readonly port: SimulatedHidPort;
  readonly stateDir: string;
  /** The driver of another daemon with the same state, over the same port. */
  anotherDriver(options?: unknown): EncoderDriver;
}

/** A driver over a simulated pcProx at a HID pipe. The reader's hold time does not have to be waited for. */
export async function makePcproxBench(
  options: unknown = {},
  deviceOptions: PcproxOptions = {},
): Promise<PcproxBench> {
  const stateDir = await mkdtemp(join(tmpdir(), 'pcprox-'));
  const log = new KeptLog();
  let skippedMs = 0;
  const device = new PcproxDevice({ now: () => performance.now() + skippedMs, ...deviceOptions });
  let arrived: Uint8Array | undefined;
  const wire = new WireFaults({
    toHost: (bytes) => {
      arrived = bytes;
    },
    toDevice: (bytes) => device.setFeature(bytes),
    die: async () => port.unplug(),
  });
  const port = new SimulatedHidPort('0c27', '3bfa', {
    onFeatureReport: (report) => wire.fromHost(withoutId(report)),
    featureReport: async (id, length) => {
      arrived = undefined;
      wire.fromDevice(device.getFeature(id, length - 1));
      // A transfer that the reader does not answer stands until it does.
      if (arrived === undefined) await wire.speaking;
      return Uint8Array.of(0, ...(arrived ?? device.getFeature(id, length - 1)));
    },
  });
  const makeDriver = (its: unknown = options) =>
    pcproxDriver({ options: its, stateDir, log }, port, { lookMs: 20, firstRetryMs: 10, longestRetryMs: 50 });
  const takeAway = () => {
    device.release();
    skippedMs += device.holdMs;
  };
  return {
    driver: makeDriver(),
    device,
    port,
    wire,
    stateDir,
    logged: log.lines,
    anotherDriver: makeDriver,
    placeCard: async (order) => {
      device.hold(bitsOf(order));
      const { technology, uid = '' } = order;
      return { id: uid, uid, technology };
    },
    removeCard: async () => takeAway(),
    unplug: async () => port.unplug(),
    replug: async () => {
      device.powerCycle();
      port.replug();
    },
    dispose: () => rm(stateDir, { recursive: true, force: true }),
  };
}

/** A number of up to 35 bits is that of an H10302; a greater one is sent as it stands. */
function bitsOf({ uid = '' }: SimulatedCardOrder): string {
  const number = BigInt(`0x${uid}`);
  if (number < 2n ** 35n) return printedCard('h10302', 0n, number);
  return number.toString(2).padStart(4 * uid.length, '0');
}

function withoutId(report: Uint8Array): Uint8Array {
  if (report[0] !== 0) throw new Error(`there is no feature report ${report[0]}`);
  return report.subarray(1);
}
