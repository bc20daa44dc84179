import { setImmediate as nextTurn } from 'node:timers/promises';
import type { NFC, Reader } from 'nfc-pcsc';
import type { Device, DriverLog, DriverNews } from '../../src/encoder/contract.ts';
import { PCSC_TECHNOLOGIES } from './capabilities.ts';
import { deviceIdFor, type KnownReader } from './device-id.ts';
import type { PcscOptions } from './options.ts';
import { PcscReader } from './reader.ts';
import { isSamSlot, parseReaderName } from './reader-name.ts';
import { retire } from './retired.ts';
import { usbPortsOf } from './usb-ports.ts';

/** Milliseconds for which closing waits for an exchange that is under way. */
const CLOSE_MS = 1_000;

interface Attached extends KnownReader {
  readonly reader: PcscReader;
}

/** One context of PC/SC: from the moment pcscd listens until it dies. */
export class PcscSession {
  readonly #nfc: NFC;
  readonly #options: PcscOptions;
  readonly #log: DriverLog;
  readonly #tell: (news: DriverNews) => void;
  readonly #listed = new Set<string>();
  readonly #attached = new Map<string, Attached>();
  readonly #readers = new Set<PcscReader>();
  readonly #died = Promise.withResolvers<string>();

  /** `nfc` is new: nothing has happened to it yet. */
  constructor(nfc: NFC, options: PcscOptions, log: DriverLog, tell: (news: DriverNews) => void) {
    this.#nfc = nfc;
    this.#options = options;
    this.#log = log;
    this.#tell = tell;
    nfc.on('error', (error) => this.#died.resolve(error.message));
    nfc.on('reader', (reader) => this.#meet(reader));
  }

  readerOf(deviceId: string): PcscReader | undefined {
    return this.#attached.get(deviceId)?.reader;
  }

  /** Resolves when pcscd has died or the signal fires, with every reader gone and every thread of the package ended. */
  async ended(signal: AbortSignal): Promise<void> {
    const stop = () => this.#died.resolve('the driver is stopping');
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    const why = await this.#died.promise;
    signal.removeEventListener('abort', stop);
    if (!signal.aborted) this.#log.warn({ reason: why }, 'pcscd has gone; waiting for it to come back');
    // What resolved the promise may be a callback of the package, which holds the mutex that close() takes.
    await nextTurn();
    for (const { reader } of this.#attached.values())
      this.#leave(reader, `the smart card service has ended: ${why}`);
    await Promise.all([...this.#readers].map((reader) => this.#close(reader)));
    this.#nfc.close();
    retire(this.#nfc);
  }

  #meet(native: Reader): void {
    native.on('error', (error) => this.#died.resolve(error.message));
    this.#listed.add(native.name);
    const reader = new PcscReader(native, this.#options);
    this.#readers.add(reader);
    native.on('end', () => {
      this.#listed.delete(native.name);
      this.#leave(reader, `${native.name} was unplugged`);
      setImmediate(() => void this.#close(reader));
    });
    if (isSamSlot(native.name)) return;
    // The package tells of readers one by one; whether two are equal is known when all are listed.
    queueMicrotask(() => this.#attach(reader));
  }

  #attach(reader: PcscReader): void {
    if (reader.gone.aborted) return;
    const known = [...this.#attached.values()];
    const { id, isLasting, usbPort } = deviceIdFor(reader.name, [...this.#listed], known, usbPortsOf);
    if (!isLasting) {
      this.#log.warn(
        { reader: reader.name, id },
        'two equal readers without serial numbers: their ids depend on the order of plugging in',
      );
    }
    this.#attached.set(id, {
      reader,
      readerName: reader.name,
      id,
      ...(usbPort === undefined ? {} : { usbPort }),
    });
    this.#tell({ news: 'device_arrived', device: deviceOf(id, reader) });
  }

  #leave(reader: PcscReader, why: string): void {
    reader.lose(why);
    for (const [id, attached] of this.#attached) {
      if (attached.reader !== reader) continue;
      this.#attached.delete(id);
      this.#tell({ news: 'device_left', deviceId: id });
    }
  }

  async #close(reader: PcscReader): Promise<void> {
    if (!this.#readers.delete(reader)) return;
    reader.lose('the reader is being closed');
    if (!(await reader.close(CLOSE_MS))) {
      this.#log.warn(
        { reader: reader.name },
        'an exchange is stuck: its thread stays until the process ends',
      );
    }
    retire(reader);
  }
}

function deviceOf(id: string, reader: PcscReader): Device {
  const { title, slot } = parseReaderName(reader.name);
  const name = slot === 0 ? title : `${title}, slot ${slot + 1}`;
  return { id, name, capabilities: { technologies: PCSC_TECHNOLOGIES, isVirtual: false } };
}
