import type { DriverLog } from '../../src/encoder/contract.ts';
import { PortTrouble } from '../ports/contract.ts';
import type { CutBits } from '../ports/wiegand.ts';
import { type ConfigPage, cutBits, litPage, PAGE, silentPage, timedPage, typesKeystrokes } from './codec.ts';
import type { FoundPages, KeptPages, ReaderPages } from './found-pages.ts';
import type { PcproxReader } from './reader.ts';

export type Light = 'red' | 'green';

/** A reader that is the driver's own: it types nothing, cuts nothing off a card where it obeys, and is given back as it was found. */
export class Takeover {
  /** What the reader cuts off a card; nothing, unless its firmware does not do as it is told. */
  readonly cut: CutBits;
  readonly #reader: PcproxReader;
  readonly #pages: KeptPages;
  readonly #memory: FoundPages;
  /** Page 0 as the reader said it back. */
  readonly #inForce: ConfigPage;
  #isLit = false;

  private constructor(reader: PcproxReader, pages: KeptPages, memory: FoundPages, inForce: ConfigPage) {
    this.#reader = reader;
    this.#pages = pages;
    this.#memory = memory;
    this.#inForce = inForce;
    this.cut = cutBits(inForce);
  }

  /** Rejects with a PortTrouble `wrong_device` when the reader goes on typing. */
  static async begin(reader: PcproxReader, memory: FoundPages, holdMs: number): Promise<Takeover> {
    const now: ReaderPages = {
      format: await reader.page(PAGE.format),
      timing: await reader.page(PAGE.timing),
      lights: await reader.page(PAGE.lights),
    };
    const found = asFoundFirst(now, await memory.load());
    const own: ReaderPages = {
      ...found,
      format: silentPage(found.format),
      timing: timedPage(found.timing, holdMs),
    };
    await memory.keep({ found, own });
    await putOwn(reader, own);
    const inForce = await reader.page(PAGE.format);
    if (typesKeystrokes(inForce)) {
      const message =
        'the reader does not take its configuration, and goes on typing card numbers: see that no other program configures it, and plug it in anew';
      throw new PortTrouble('wrong_device', message);
    }
    return new Takeover(reader, { found, own }, memory, inForce);
  }

  /**
   * Resolves with whether the reader is configured as it was. One that lost its power for a moment, when the computer slept, types again and cuts
   * bits off: then it is configured anew, and what it said before must not be believed.
   */
  async isInForce(log: DriverLog): Promise<boolean> {
    if (samePage(await this.#reader.page(PAGE.format), this.#inForce)) return true;
    log.warn({}, 'the reader has lost its configuration, and is configured again');
    await putOwn(this.#reader, this.#pages.own);
    return false;
  }

  /** Takes the lights from the reader, and puts one of them on. */
  async light(light: Light): Promise<void> {
    this.#isLit = true;
    await this.#reader.putPages([[PAGE.lights, litPage(this.#pages.found.lights, light)]]);
  }

  /** Gives the lights back. */
  async unlight(): Promise<void> {
    if (!this.#isLit) return;
    await this.#reader.putPages([[PAGE.lights, this.#pages.found.lights]]);
    this.#isLit = false;
  }

  /** Gives the reader back as it was found. */
  async end(): Promise<void> {
    await this.#reader.putPages([
      [PAGE.format, this.#pages.found.format],
      [PAGE.timing, this.#pages.found.timing],
      [PAGE.lights, this.#pages.found.lights],
    ]);
    await this.#memory.forget();
  }
}

/** The lights stay the reader's. */
function putOwn(reader: PcproxReader, { format, timing }: ReaderPages): Promise<void> {
  return reader.putPages([
    [PAGE.format, format],
    [PAGE.timing, timing],
  ]);
}

/**
 * How the reader was before the driver first changed it: page by page as it was kept, where the page is now as a driver that died could have left it,
 * and as it is now otherwise: then it was plugged in anew, or somebody else has configured it.
 */
function asFoundFirst(now: ReaderPages, kept: KeptPages | null): ReaderPages {
  if (kept === null) return now;
  const { found, own } = kept;
  const first = (page: ConfigPage, before: ConfigPage, left: readonly ConfigPage[]) =>
    left.some((each) => samePage(each, page)) ? before : page;
  return {
    format: first(now.format, found.format, [own.format]),
    timing: first(now.timing, found.timing, [own.timing]),
    lights: first(now.lights, found.lights, [litPage(found.lights, 'red'), litPage(found.lights, 'green')]),
  };
}

function samePage(one: ConfigPage, other: ConfigPage): boolean {
  return one.every((byte, at) => byte === other[at]);
}
