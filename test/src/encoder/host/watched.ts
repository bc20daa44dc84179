import type { Device, DriverLog, DriverNews, EncoderDriver } from '../../../../src/encoder/contract.ts';
import { type HostedDriverSetup, hostedDriver } from '../../../../src/encoder/host/hosted-driver.ts';
import type { HostLimits } from '../../../../src/encoder/host/limits.ts';

/** Short where a test waits for them, long where it does not. */
export const QUICK: Partial<HostLimits> = {
  firstRespawnMs: 20,
  silenceMs: 10_000,
  callMs: 400,
  reloadMs: 60_000,
};

export interface LogLine {
  readonly level: keyof DriverLog;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** A hosted driver whose news and log lines are kept, so that a test can wait for one of them, before or after it came. */
export class Watched implements AsyncDisposable {
  readonly driver: EncoderDriver;
  readonly news: DriverNews[] = [];
  readonly lines: LogLine[] = [];
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;
  #heard = Promise.withResolvers<void>();

  constructor(
    fixture: string,
    limits: Partial<HostLimits> = {},
    extra: Pick<HostedDriverSetup, 'isWanted'> = {},
  ) {
    const log = (level: keyof DriverLog) => (fields: object, message: string) => {
      this.lines.push({ level, fields: Object.fromEntries(Object.entries(fields)), message });
      this.#hear();
    };
    this.driver = hostedDriver({
      name: 'field',
      module: new URL(`./fixtures/${fixture}.ts`, import.meta.url),
      options: { colour: 'green' },
      stateDir: '/nonexistent',
      log: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
      limits: { ...QUICK, ...limits },
      ...extra,
    });
    this.#ended = this.#follow();
  }

  /** Process ids of the hosts so far. */
  get pids(): number[] {
    return this.lines.flatMap(({ fields }) => (typeof fields['pid'] === 'number' ? [fields['pid']] : []));
  }

  /** Resolves with the device when it has arrived `times` times. */
  async arrival(id: string, times = 1): Promise<Device> {
    const arrivals = () =>
      this.news.flatMap((news) =>
        news.news === 'device_arrived' && news.device.id === id ? [news.device] : [],
      );
    await this.until(() => arrivals().length >= times, `${id} arrives ${times} times`);
    const [device] = arrivals();
    if (device === undefined) throw new Error(`${id} is not there`);
    return device;
  }

  /** Resolves when the news and log lines so far satisfy `isSo`, asked again with each of them. */
  async until(isSo: () => boolean, what: string, withinMs = 8_000): Promise<void> {
    let isLate = false;
    const deadline = setTimeout(() => {
      isLate = true;
      this.#hear();
    }, withinMs);
    while (!isSo()) {
      if (isLate)
        throw new Error(
          `Not within ${withinMs} ms: ${what}. So far: ${JSON.stringify([this.news, this.lines])}`,
        );
      await this.#heard.promise;
    }
    clearTimeout(deadline);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('the test is over'));
    await this.#ended;
  }

  async #follow(): Promise<void> {
    for await (const news of this.driver.watch(this.#stop.signal)) {
      this.news.push(news);
      this.#hear();
    }
  }

  #hear(): void {
    this.#heard.resolve();
    this.#heard = Promise.withResolvers();
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A signal that never fires. */
export function never(): AbortSignal {
  return new AbortController().signal;
}
