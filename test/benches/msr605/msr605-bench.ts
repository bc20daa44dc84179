import { hidByteSource } from '../../../drivers/msr605/hid-byte-line.ts';
import { msr605Driver } from '../../../drivers/msr605/index.ts';
import { msr605Options } from '../../../drivers/msr605/options.ts';
import { type Msr605Pace, ORDINARY_PACE } from '../../../drivers/msr605/pace.ts';
import type { ByteLine, PortSource } from '../../../drivers/ports/contract.ts';
import { serialSource } from '../../../drivers/ports/serial-source.ts';
import type { SimulatedCardOrder } from '../../../src/encoder/contract.ts';
import { KeptLog } from '../../contracts/encoder-site.ts';
import { TRIES_EVERYTHING, type WireBench } from '../../contracts/wire-desk.ts';
import { WireFaults } from '../../contracts/wire-faults.ts';
import { SimulatedHidPort } from '../ports/hid-bench.ts';
import { SimulatedSerialPort } from '../ports/serial-bench.ts';
import { Msr605Device } from './msr605-device.ts';
import { Msr605xDevice } from './msr605x-device.ts';
import { StripeHand } from './swiping-hand.ts';

/** A bench on which an MSR605 stands, with a hand that swipes cards. */
export interface Msr605Bench extends WireBench {
  readonly device: Msr605Device;
  readonly swipes: StripeHand;
  readonly wire: WireFaults;
}

export interface Msr605BenchSetup {
  /** The driver's part of the configuration, but for its ports. */
  readonly options?: object;
  readonly pace?: Partial<Msr605Pace>;
}

/** A person who is quicker than most, so that tests are: everything is as slow as it is where everything is tried. */
const QUICK: Partial<Msr605Pace> = TRIES_EVERYTHING ? {} : { presentMs: 500, swipeMs: 5_000, againMs: 50 };

/** The driver, over a serial port at whose end a simulated MSR605 is. */
export async function makeSerialBench(setup: Msr605BenchSetup = {}): Promise<Msr605Bench> {
  const port = await SimulatedSerialPort.open();
  const device = new Msr605Device();
  const wire = new WireFaults({
    toHost: (bytes) => port.send(bytes),
    toDevice: (bytes) => device.receive(bytes),
    die: () => port.unplug(),
  });
  port.onBytes = (bytes) => wire.fromHost(bytes);
  device.onSend = (bytes) => wire.fromDevice(bytes);
  const log = new KeptLog();
  const source = serialSource({ wishes: [port.path], products: [], settings: { baudRate: 9_600 }, log });
  return {
    ...benchOver(device, wire, source, log, setup),
    unplug: () => port.unplug(),
    replug: () => port.replug(),
    dispose: () => port[Symbol.asyncDispose](),
  };
}

/** The driver, over the reports of a simulated MSR605X. */
export async function makeHidBench(
  setup: Msr605BenchSetup = {},
): Promise<Msr605Bench & { readonly shell: Msr605xDevice }> {
  const shell = new Msr605xDevice();
  let kind: 'feature' | 'output' = 'feature';
  const port = new SimulatedHidPort('0801', '0003', {
    onFeatureReport: (report) => {
      kind = 'feature';
      wire.fromHost(report);
    },
    onOutputReport: (report) => {
      kind = 'output';
      wire.fromHost(report);
    },
  });
  const wire = new WireFaults({
    toHost: (report) => port.sendInputReport(report),
    toDevice: (report) => shell.receive(report, kind),
    die: async () => port.unplug(),
  });
  shell.onInput = (report) => wire.fromDevice(report);
  return {
    ...benchOver(shell.device, wire, hidByteSource(port), new KeptLog(), setup),
    shell,
    unplug: async () => port.unplug(),
    replug: async () => port.replug(),
    dispose: async () => port.unplug(),
  };
}

function benchOver(
  device: Msr605Device,
  wire: WireFaults,
  source: PortSource<ByteLine>,
  log: KeptLog,
  { options = {}, pace = {} }: Msr605BenchSetup,
) {
  const swipes = new StripeHand(device);
  const driver = msr605Driver([source], msr605Options.parse(options), log, {
    ...ORDINARY_PACE,
    ...QUICK,
    ...pace,
  });
  return {
    ...{ device, swipes, wire, driver, logged: log.lines },
    placeCard: (order: SimulatedCardOrder) => swipes.placeCard(order),
    removeCard: () => swipes.removeCard(),
  };
}
