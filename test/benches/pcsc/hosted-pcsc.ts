import type {
  CardEncoder,
  Device,
  DriverLog,
  DriverNews,
  EncoderDriver,
} from '../../../src/encoder/contract.ts';
import { hostedDriver } from '../../../src/encoder/host/hosted-driver.ts';
import type { HostLimits } from '../../../src/encoder/host/limits.ts';
import { arrivalsOf, NewsLog } from '../../contracts/encoder-desk.ts';
import type { PcscBench } from './pcsc-bench.ts';

export interface HostedPcscOptions {
  /** `drivers.pcsc` in the configuration. */
  readonly options?: object;
  readonly limits?: Partial<HostLimits>;
}

/** drivers/pcsc in a driver host over a bench's pcscd, and all that it has told. */
export class HostedPcsc implements AsyncDisposable {
  readonly driver: EncoderDriver;
  readonly warnings: string[] = [];
  readonly pids: number[] = [];
  readonly news: DriverNews[] = [];
  readonly #end = new AbortController();
  readonly #log: NewsLog;
  readonly #open: CardEncoder[] = [];

  constructor(pcscd: PcscBench, { options = {}, limits = {} }: HostedPcscOptions = {}) {
    const note = (fields: object) => {
      if ('pid' in fields && typeof fields.pid === 'number') this.pids.push(fields.pid);
    };
    const log: DriverLog = {
      debug: note,
      info: note,
      warn: (fields, message) => this.warnings.push(`${message} ${JSON.stringify(fields)}`),
      error: (fields, message) => this.warnings.push(`${message} ${JSON.stringify(fields)}`),
    };
    this.driver = hostedDriver({
      name: 'pcsc',
      module: new URL('../../../drivers/pcsc/index.ts', import.meta.url),
      options,
      stateDir: '/nonexistent',
      log,
      env: { PCSCLITE_CSOCK_NAME: pcscd.socketName },
      limits,
    });
    this.#log = new NewsLog(
      {
        name: this.driver.name,
        watch: (signal) => this.#noting(signal),
        open: (device, signal) => this.driver.open(device, signal),
      },
      this.#end.signal,
    );
  }

  get unavailable(): string[] {
    return this.news.flatMap((news) => (news.news === 'unavailable' ? [news.reason] : []));
  }

  /** Of the host that runs now. */
  get pid(): number {
    return this.pids.at(-1) ?? 0;
  }

  /** The device, when it has arrived `times` times. */
  arrival(id: string, times = 1): Promise<Device> {
    return this.#log.until(`arrival ${times} of ${id}`, (seen) => arrivalsOf(id, seen)[times - 1]);
  }

  async open(id: string, times = 1): Promise<CardEncoder> {
    const device = await this.arrival(id, times);
    const encoder = await this.driver.open(device, AbortSignal.timeout(10_000));
    this.#open.push(encoder);
    return encoder;
  }

  /** Resolves when the news so far make `isSo` true. */
  async until(isSo: () => boolean, what: string): Promise<void> {
    await this.#log.until(what, () => isSo() || undefined);
  }

  async *#noting(signal: AbortSignal): AsyncGenerator<DriverNews> {
    for await (const news of this.driver.watch(signal)) {
      this.news.push(news);
      yield news;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const encoder of this.#open) await encoder[Symbol.asyncDispose]();
    this.#end.abort();
    await this.#log.ended;
  }
}
