import type { Greet, GreetedDevice } from '../../../drivers/ports/contract.ts';
import { keptDriver } from '../../../drivers/ports/kept-driver.ts';
import type { Pace } from '../../../drivers/ports/pace.ts';
import type { CardEncoder, DriverNews, EncoderDriver } from '../../../src/encoder/contract.ts';
import { NewsLog, soon } from '../../contracts/encoder-desk.ts';
import { KeptLog } from '../../contracts/encoder-site.ts';
import type { ScriptedLine, ScriptedSource } from './scripted-source.ts';

/** In a hurry, but for what must not happen by chance: a test that waits for these fails. */
export const HURRY: Pace = {
  lookMs: 5,
  openMs: 60_000,
  greetMs: 60_000,
  firstRetryMs: 1,
  longestRetryMs: 8,
  wellMs: 60_000,
  closeMs: 60_000,
};

/** An encoder that sees no card. */
export class IdleEncoder implements CardEncoder {
  readonly gone: AbortSignal;
  isClosed = false;

  constructor(gone: AbortSignal) {
    this.gone = gone;
  }

  awaitCard(): Promise<never> {
    return Promise.reject(new Error('no card comes'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.isClosed = true;
  }
}

/** A device that answers as it should. */
export function greeted(line: ScriptedLine, more: Partial<GreetedDevice> = {}): GreetedDevice {
  return {
    name: `device at ${line.path}`,
    capabilities: { technologies: [], isVirtual: false },
    open: async () => new IdleEncoder(line.gone),
    ...more,
  };
}

/** A driver of scripted ports that is watched, and what it tells. To dispose of it is to end the watch. */
export class KeptBench implements AsyncDisposable {
  readonly source: ScriptedSource;
  readonly log = new KeptLog();
  readonly driver: EncoderDriver;
  readonly end = new AbortController();
  readonly news: NewsLog;

  constructor(
    source: ScriptedSource,
    greet: Greet<ScriptedLine> = async (line) => greeted(line),
    pace: Partial<Pace> = {},
  ) {
    this.source = source;
    this.driver = keptDriver({
      name: 'scripted',
      sources: [source],
      greet,
      log: this.log,
      pace: { ...HURRY, ...pace },
    });
    this.news = new NewsLog(this.driver, this.end.signal);
  }

  /** All news up to the first that fits, which comes now or later. */
  until(fits: (news: DriverNews) => boolean, times = 1): Promise<readonly DriverNews[]> {
    return this.news.until('news', (seen) => {
      const hits = seen.flatMap((news, index) => (fits(news) ? [index] : []));
      const last = hits[times - 1];
      return last === undefined ? undefined : seen.slice(0, last + 1);
    });
  }

  arrivals(times: number): Promise<readonly DriverNews[]> {
    return this.until(({ news }) => news === 'device_arrived', times);
  }

  departures(times: number): Promise<readonly DriverNews[]> {
    return this.until(({ news }) => news === 'device_left', times);
  }

  /** The troubles told so far, once there are so many. */
  async troubles(times: number): Promise<readonly (string | null)[]> {
    const seen = await this.until(({ news }) => news === 'trouble', times);
    return seen.flatMap((news) => (news.news === 'trouble' ? [news.reason] : []));
  }

  async available(): Promise<readonly DriverNews[]> {
    return this.until(({ news }) => news === 'available');
  }

  /** What the driver logged in lines that begin so. */
  logged(beginning: string): readonly string[] {
    return this.log.lines.filter((line) => line.startsWith(beginning));
  }

  async ended(): Promise<void> {
    this.end.abort();
    await soon(this.news.ended, 'the end of the watch');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.ended();
    this.news.throwIfBroken();
  }
}
