import { EncoderError } from '../../src/encoder/errors.ts';
import type { HidLine } from '../ports/contract.ts';
import type { WiegandBits } from '../ports/wiegand.ts';
import {
  ASK,
  askReport,
  bitCount,
  type ConfigPage,
  cardBits,
  type DeviceInfo,
  dataOf,
  deviceInfo,
  finishReport,
  MOST_CARD_BITS,
  type PageNumber,
  putReports,
  REPORT_ID,
  REPORT_LENGTH,
} from './codec.ts';

/** How often something is read at most until two readings in a row are the same. */
const MOST_READINGS = 5;

/** What is in the field: a card's bits, nothing, or something that changes while it is read. */
export type Sighting =
  | { readonly kind: 'card'; readonly bits: WiegandBits }
  | { readonly kind: 'none' }
  /** A card with more bits than a report holds. */
  | { readonly kind: 'too_long'; readonly bitCount: number }
  | { readonly kind: 'unsettled' };

/**
 * Speaks with a pcProx. An answer does not say what it answers, so nothing may come between the reports of one exchange: whoever uses several that
 * belong together does it in `alone`. A call that does not end within its deadline is the end of the line.
 */
export class PcproxReader {
  readonly #line: HidLine;
  #last: Promise<unknown> = Promise.resolve();
  /** Something before was not said to its end, for all that is known. */
  #isUnsure = true;

  constructor(line: HidLine) {
    this.#line = line;
  }

  get gone(): AbortSignal {
    return this.#line.gone;
  }

  /** Gives the reader up, as one that answers nonsense; it is opened and greeted again. */
  lose(reason: EncoderError): void {
    this.#line.lose(reason);
  }

  /** Does `work` once everything before it has ended, and nothing meanwhile. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }

  /** Resolves when everything so far has ended. */
  async idle(): Promise<void> {
    await this.#last;
  }

  /** Null when it says nothing of itself. */
  async info(): Promise<DeviceInfo | null> {
    return deviceInfo(await this.#ask(ASK.deviceInfo));
  }

  /** A page as the reader says it twice in a row: it is what the reader is given back. */
  async page(page: PageNumber): Promise<ConfigPage> {
    let before = await this.#ask(page);
    for (let reading = 1; reading < MOST_READINGS; reading++) {
      const again = await this.#ask(page);
      if (again.every((byte, at) => byte === before[at])) return again;
      before = again;
    }
    const message = `the reader said ${MOST_READINGS} times something else of its configuration: plug it in anew`;
    throw new EncoderError('device_protocol', message);
  }

  /** Puts pages, in force until the reader loses its power. Those that are not given stay. */
  async putPages(pages: readonly (readonly [PageNumber, ConfigPage])[]): Promise<void> {
    await this.#exchange(async () => {
      for (const [page, bytes] of pages) {
        for (const report of putReports(page, bytes)) await this.#line.sendFeatureReport(report);
      }
      await this.#line.sendFeatureReport(finishReport());
    });
  }

  /**
   * Looks what is in the field. A card's bits and their count come in two exchanges, the bits first: asking for them is what makes the reader count. In
   * between a card may be changed for another, so that only bits that are as `known`, or were read twice in a row, count. Rejects with `device_protocol`.
   */
  async look(known: WiegandBits | undefined): Promise<Sighting> {
    let before = known;
    for (let reading = 0; reading < MOST_READINGS; reading++) {
      const data = await this.#ask(ASK.cardData);
      const count = bitCount(await this.#ask(ASK.bitCount));
      if (count === 0) return { kind: 'none' };
      if (count > MOST_CARD_BITS) return { kind: 'too_long', bitCount: count };
      const bits = cardBits(data, count);
      if (before !== undefined && sameBits(bits, before)) return { kind: 'card', bits };
      before = bits;
    }
    return { kind: 'unsettled' };
  }

  #ask(command: number): Promise<Uint8Array> {
    return this.#exchange(async () => {
      await this.#line.sendFeatureReport(askReport(command));
      return dataOf(await this.#line.getFeatureReport(REPORT_ID, REPORT_LENGTH));
    });
  }

  /**
   * After an exchange that broke off, and after another program, the reader may wait for the bytes of a page that it was told of, and would take the
   * next command for them; or for the end of its configuration. Getting a report ends the one, and a finish the other.
   */
  async #exchange<T>(exchange: () => Promise<T>): Promise<T> {
    if (this.#isUnsure) {
      await this.#line.getFeatureReport(REPORT_ID, REPORT_LENGTH);
      await this.#line.sendFeatureReport(finishReport());
    }
    this.#isUnsure = true;
    const result = await exchange();
    this.#isUnsure = false;
    return result;
  }
}

export function sameBits(one: WiegandBits, other: WiegandBits): boolean {
  return one.count === other.count && one.value === other.value;
}
