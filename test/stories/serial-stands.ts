import type { SimulatedCardOrder } from '../../src/encoder/contract.ts';
import { Msr605Device } from '../benches/msr605/msr605-device.ts';
import { StripeHand } from '../benches/msr605/swiping-hand.ts';
import { type PcscBench, startPcscBench } from '../benches/pcsc/pcsc-bench.ts';
import { keepingPlaceCard } from '../benches/pcsc/pcsc-encoder-bench.ts';
import { makePn532Bench } from '../benches/pn532/pn532-bench.ts';
import { SimulatedSerialPort } from '../benches/ports/serial-bench.ts';
import { makeTwn4Bench } from '../benches/twn4/twn4-bench.ts';
import type { SwipingHand } from '../contracts/encoder-desk.ts';

/** One encoder as it stands on a desk, without a driver: the daemon's own runs in its host. */
export interface Stand extends AsyncDisposable {
  /** The driver's name, and its part of the configuration. */
  readonly driver: 'pcsc' | 'pn532' | 'msr605' | 'twn4';
  readonly options: object;
  placeCard(order: SimulatedCardOrder): Promise<unknown>;
  removeCard(): Promise<void>;
  unplug(): Promise<void>;
  replug(): Promise<void>;
  /** Where cards are swiped: who swipes them. */
  readonly swipes?: SwipingHand;
  /** Where cards are swiped: what the device would do with the next one, as it says itself. */
  armedTo?(): 'read' | 'write' | null;
}

/** An ACR122U on a real pcscd; its plug is pcscd. The environment of this process says which pcscd, and the driver host inherits it. */
export async function pcscStand(): Promise<Stand> {
  const pcscd: PcscBench = await startPcscBench();
  process.env['PCSCLITE_CSOCK_NAME'] = pcscd.socketName;
  return {
    driver: 'pcsc',
    options: {},
    placeCard: keepingPlaceCard(pcscd, 0),
    removeCard: () => pcscd.slot(0).remove(),
    unplug: () => pcscd.kill(),
    replug: () => pcscd.restart(),
    [Symbol.asyncDispose]: async () => {
      delete process.env['PCSCLITE_CSOCK_NAME'];
      await pcscd.dispose();
    },
  };
}

/** A PN532 on a pseudo terminal. */
export async function pn532Stand(): Promise<Stand> {
  return fieldStand('pn532', await makePn532Bench());
}

/** A TWN4 on a pseudo terminal. */
export async function twn4Stand(): Promise<Stand> {
  return fieldStand('twn4', await makeTwn4Bench());
}

type FieldBench = Awaited<ReturnType<typeof makePn532Bench> | ReturnType<typeof makeTwn4Bench>>;

function fieldStand(driver: 'pn532' | 'twn4', bench: FieldBench): Stand {
  return {
    driver,
    options: { ports: [bench.port.path] },
    placeCard: bench.placeCard,
    removeCard: bench.removeCard,
    unplug: bench.unplug,
    replug: bench.replug,
    [Symbol.asyncDispose]: () => bench.dispose(),
  };
}

/** An MSR605 on a pseudo terminal, and a hand that swipes a card once when it takes it, and again only when it is willing to. */
export async function msr605Stand(): Promise<Stand> {
  const port = await SimulatedSerialPort.open();
  const device = new Msr605Device();
  port.onBytes = (bytes) => device.receive(bytes);
  device.onSend = (bytes) => port.send(bytes);
  const swipes = new StripeHand(device);
  swipes.isWilling = false;
  return {
    driver: 'msr605',
    options: { ports: [port.path] },
    placeCard: (order) => swipes.placeCard(order),
    removeCard: () => swipes.removeCard(),
    unplug: () => port.unplug(),
    replug: () => port.replug(),
    swipes,
    armedTo: () =>
      device.arming === undefined ? null : device.arming.kind === 'read_iso' ? 'read' : 'write',
    [Symbol.asyncDispose]: () => port[Symbol.asyncDispose](),
  };
}
