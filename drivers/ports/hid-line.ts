import { setImmediate as nextTurn } from 'node:timers/promises';
import { EncoderError } from '../../src/encoder/errors.ts';
import type { LineTap } from '../../src/encoder/tap.ts';
import type { HidLine } from './contract.ts';
import { LineEnd, said } from './line-end.ts';
import { pause, settledWithin } from './waiting.ts';

/** How long closing may take: it waits for the transfer that is under way. */
const CLOSE_MS = 1_000;
/** Until a transfer that failed, of a device that is still there, counts as refused: pulling the plug fails transfers first. */
const REFUSAL_MS = 250;

/** What is used of an open device of the package node-hid: HIDAsync, which puts its calls into a queue of the device's own. */
export interface NativeHid {
  on(event: 'data', listener: (report: Uint8Array) => void): unknown;
  /** The argument is a text, or nothing at all. */
  on(event: 'error', listener: (error: unknown) => void): unknown;
  write(report: Buffer): Promise<number>;
  sendFeatureReport(report: Buffer): Promise<number>;
  getFeatureReport(reportId: number, length: number): Promise<Uint8Array>;
  pause(): void;
  close(): Promise<void>;
}

/** An open HID device. A transfer that the device refuses rejects with `device_protocol`, and the line stays; one that takes too long ends it. */
export class OpenHidLine implements HidLine {
  onReport: ((report: Uint8Array) => void) | undefined;
  readonly #hid: NativeHid;
  readonly #tap: LineTap | undefined;
  readonly #end: LineEnd;
  #closing: Promise<void> | undefined;

  constructor(path: string, hid: NativeHid, tap?: LineTap) {
    this.#hid = hid;
    this.#tap = tap;
    this.#end = new LineEnd(path);
    this.gone.addEventListener('abort', () => void this.#close(), { once: true });
    hid.on('error', (cause) => {
      const message = `${path} was unplugged (${said(cause)})`;
      this.lose(new EncoderError('device_lost', message, { cause }));
    });
    hid.on('data', (report) => {
      if (this.gone.aborted) return;
      tap?.received(report);
      this.onReport?.(report);
    });
  }

  get path(): string {
    return this.#end.path;
  }

  get gone(): AbortSignal {
    return this.#end.gone;
  }

  lose(reason: EncoderError): void {
    this.#end.come(reason);
  }

  async write(report: Uint8Array): Promise<void> {
    this.#tap?.wrote(report);
    await this.#transfer('take an output report', () => this.#hid.write(Buffer.from(report)));
  }

  async sendFeatureReport(report: Uint8Array): Promise<void> {
    this.#tap?.wrote(report);
    await this.#transfer('take a feature report', () => this.#hid.sendFeatureReport(Buffer.from(report)));
  }

  async getFeatureReport(reportId: number, length: number): Promise<Uint8Array> {
    const report = await this.#transfer('give a feature report', () =>
      this.#hid.getFeatureReport(reportId, length),
    );
    this.#tap?.received(report);
    return report;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.lose(new EncoderError('device_lost', `${this.path} was closed`));
    await this.#close();
  }

  async #transfer<T>(doing: string, begin: () => Promise<T>): Promise<T> {
    try {
      return await this.#end.call(doing, begin);
    } catch (cause) {
      if (cause instanceof EncoderError) throw cause;
      await pause(REFUSAL_MS, this.gone);
      this.gone.throwIfAborted();
      const message = `${this.path} did not ${doing} (${said(cause)})`;
      throw new EncoderError('device_protocol', message, { cause });
    }
  }

  /** In node-hid's queue: the transfer under way, the end of reading, the end of the device. Never the last before the others. */
  #close(): Promise<void> {
    this.#closing ??= settledWithin(CLOSE_MS, this.#closeInOrder());
    return this.#closing;
  }

  async #closeInOrder(): Promise<void> {
    // Reading begins a turn after its listener was set, and throws where nobody catches it if the device is closed by then.
    await nextTurn();
    this.#hid.pause();
    await this.#hid.close();
  }
}
