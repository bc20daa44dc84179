import { EventEmitter } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type Candidate,
  type HidLine,
  type PortSource,
  PortTrouble,
  type Sight,
} from '../../../drivers/ports/contract.ts';
import { OpenHidLine } from '../../../drivers/ports/hid-line.ts';

/** The device at the end of the pipe. A handler that throws is a transfer that the device refuses; one that never resolves, a device that hangs. */
export interface HidDeviceFace {
  /** An output report, as the driver wrote it: its id first, 0 where reports have no numbers. */
  onOutputReport?(report: Uint8Array): void | Promise<void>;
  /** A feature report that is set, its id first. */
  onFeatureReport?(report: Uint8Array): void | Promise<void>;
  /** A feature report that is asked for: its id first, then at most `length - 1` bytes. */
  featureReport?(reportId: number, length: number): Uint8Array | Promise<Uint8Array>;
}

/** A HID device at an in-memory pipe, in the place of `hidSource`: below it is the driver's true line, and a stand-in for node-hid's HIDAsync. */
export class SimulatedHidPort implements PortSource<HidLine> {
  readonly candidate: Candidate;
  /** May be changed at any time. */
  face: HidDeviceFace;
  #isPlugged = true;
  #pipe: HidPipe | undefined;

  /** Plugged in. Ids are four lower-case hexadecimal digits. */
  constructor(vendorId: string, productId: string, face: HidDeviceFace = {}) {
    this.face = face;
    this.candidate = {
      key: `${vendorId}-${productId}-usb-1-1-if00`,
      path: '/dev/hidraw0',
      usb: { vendorId, productId, port: '1-1', interfaceNumber: '00' },
    };
  }

  get isOpen(): boolean {
    return this.#pipe?.isOpen ?? false;
  }

  /** What the device sends on its own, with its id first only where reports have numbers. Lost when nobody has it open. */
  sendInputReport(report: Uint8Array): void {
    this.#pipe?.send(report);
  }

  /** Pulls the plug. Unplugged already is fine. */
  unplug(): void {
    this.#isPlugged = false;
    this.#pipe?.unplug();
  }

  /** Plugged in already is fine. */
  replug(): void {
    this.#isPlugged = true;
  }

  async look(): Promise<Sight> {
    return { candidates: this.#isPlugged ? [this.candidate] : [], troubles: [] };
  }

  async open({ path }: Candidate, signal: AbortSignal): Promise<HidLine> {
    await nextTurn();
    signal.throwIfAborted();
    if (!this.#isPlugged) throw new PortTrouble('absent', `${path} is not plugged in`);
    if (this.isOpen) throw new Error(`${path} is open already`);
    this.#pipe = new HidPipe(() => this.face);
    return new OpenHidLine(path, this.#pipe);
  }
}

/** Until the thread that reads notices that the plug was pulled; transfers fail at once. */
const NOTICE_MS = 10;

/** What node-hid's HIDAsync does for a driver: one transfer at a time, the end of reading and of the device after those that were asked for before. */
class HidPipe extends EventEmitter {
  readonly #face: () => HidDeviceFace;
  #queue: Promise<unknown> = Promise.resolve();
  #isPlugged = true;
  #isReading = false;
  #isClosing = false;
  isOpen = true;

  constructor(face: () => HidDeviceFace) {
    super();
    this.#face = face;
    // Reading begins a turn after somebody listens.
    this.on('newListener', (event) => {
      if (event === 'data') process.nextTick(() => this.#resume());
    });
  }

  write(report: Uint8Array): Promise<number> {
    const sent = Uint8Array.from(report);
    return this.#transfer(async () => {
      await this.#face().onOutputReport?.(sent);
      return sent.length;
    });
  }

  sendFeatureReport(report: Uint8Array): Promise<number> {
    const sent = Uint8Array.from(report);
    return this.#transfer(async () => {
      await this.#face().onFeatureReport?.(sent);
      return sent.length;
    });
  }

  getFeatureReport(reportId: number, length: number): Promise<Uint8Array> {
    return this.#transfer(async () => {
      const answer = await this.#face().featureReport?.(reportId, length);
      if (answer === undefined) throw new Error('ioctl (GFEATURE): Broken pipe');
      return Uint8Array.from(answer.subarray(0, length));
    });
  }

  pause(): void {
    void this.#inTurn(async () => {
      this.#isReading = false;
    });
  }

  async close(): Promise<void> {
    if (this.#isClosing) throw new TypeError('device is already closed');
    this.#isClosing = true;
    await this.#inTurn(async () => {
      if (this.#isReading) throw new Error('closed while a read is under way');
      this.isOpen = false;
    });
    this.removeAllListeners();
  }

  #resume(): void {
    if (this.#isClosing) throw new TypeError('device has been closed');
    this.#isReading = true;
  }

  send(report: Uint8Array): void {
    const sent = Buffer.from(report);
    setImmediate(() => {
      if (this.#isPlugged && this.#isReading) this.emit('data', sent);
    });
  }

  unplug(): void {
    this.#isPlugged = false;
    setTimeout(() => {
      if (this.isOpen && !this.#isClosing) this.emit('error', undefined);
    }, NOTICE_MS);
  }

  #transfer<T>(transfer: () => Promise<T>): Promise<T> {
    if (this.#isClosing) return Promise.reject(new TypeError('device has been closed'));
    return this.#inTurn(async () => {
      await nextTurn();
      if (!this.#isPlugged) throw new Error('No such device');
      return transfer();
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => {});
    return done;
  }
}
