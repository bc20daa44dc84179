import { EncoderError } from '../../src/encoder/errors.ts';
import type { ByteLine, Candidate, HidLine, PortSource, Sight } from '../ports/contract.ts';
import { packetsOf, payloadOf } from './codec/hid-packet.ts';

/** The id of reports without one. */
const NO_ID = 0;

/** How packets reach the device. Open drivers disagree, and the maker has published nothing: the one that is answered is right. */
export type ReportKind = 'feature' | 'output';

/** Where MSR605X are: those that `source` finds, opened as lines of bytes. */
export function hidByteSource(source: PortSource<HidLine>): PortSource<ByteLine> {
  return {
    look: (): Promise<Sight> => source.look(),
    open: async (candidate: Candidate, signal: AbortSignal): Promise<HidByteLine> =>
      new HidByteLine(await source.open(candidate, signal)),
  };
}

/** The bytes of the serial protocol over the reports of an MSR605X: each `write` is one message. */
export class HidByteLine implements ByteLine {
  onBytes: ((bytes: Uint8Array) => void) | undefined;
  readonly #hid: HidLine;
  #reports: ReportKind = 'feature';

  constructor(hid: HidLine) {
    this.#hid = hid;
    hid.onReport = (report) => {
      const payload = payloadOf(report);
      if (payload.length > 0) this.onBytes?.(payload);
    };
  }

  get path(): string {
    return this.#hid.path;
  }

  get gone(): AbortSignal {
    return this.#hid.gone;
  }

  /** How packets are sent now. */
  get reports(): ReportKind {
    return this.#reports;
  }

  lose(reason: EncoderError): void {
    this.#hid.lose(reason);
  }

  /** Sends as the other kind of report from now on: a device that heeds one kind need not refuse the other. */
  changeReports(): void {
    this.#reports = this.#reports === 'feature' ? 'output' : 'feature';
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (const packet of packetsOf(bytes)) {
      await this.#send(packet).catch((error: unknown) => {
        if (!(error instanceof EncoderError && error.code === 'device_protocol')) throw error;
        this.changeReports();
        return this.#send(packet);
      });
    }
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#hid[Symbol.asyncDispose]();
  }

  #send(packet: Uint8Array): Promise<void> {
    const report = Uint8Array.of(NO_ID, ...packet);
    return this.#reports === 'feature' ? this.#hid.sendFeatureReport(report) : this.#hid.write(report);
  }
}
