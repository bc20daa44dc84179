import { EncoderError } from '../../encoder/errors.ts';
import type { UltralightLink } from '../link.ts';
import { PAGE_BYTES, type TagLayout } from './tag-layout.ts';

/** Pages by their number, 4 bytes each. */
export type TagPages = ReadonlyMap<number, Uint8Array>;

const FAST_READ = 0x3a;
const PWD_AUTH = 0x1b;

/** Pages in one READ, and in one FAST_READ: 240 bytes with 5 of the reader's fit an answer of 255. */
const READ_PAGES = 4;
const FAST_READ_PAGES = 60;

/** A card of the Ultralight family in the field: its pages in as few exchanges as the reader and the card allow. */
export class Tag {
  readonly #link: UltralightLink;
  #hasNative: boolean;

  constructor(link: UltralightLink, layout: TagLayout) {
    this.#link = link;
    this.#hasNative = link.transceive !== undefined && layout.configPage !== undefined;
  }

  /** Whether native commands reach the card, and the card has PWD_AUTH. */
  get canAuthenticate(): boolean {
    return this.#hasNative;
  }

  /**
   * Reads these pages, ascending, and others that come with them; past the last page READ goes on at page 0.
   * Rejects with `card_refused` where a page needs a password.
   */
  async read(wanted: readonly number[]): Promise<TagPages> {
    const pages = new Map<number, Uint8Array>();
    for (let at = 0; at < wanted.length; ) {
      const first = wanted[at] ?? 0;
      const end = wanted.findIndex((page) => page >= first + this.#pagesAtOnce);
      const next = end === -1 ? wanted.length : end;
      const bytes = await this.#readSpan(first, wanted[next - 1] ?? first);
      // The reader turned out to pass nothing on: the same again, by READ.
      if (bytes === undefined) continue;
      for (let page = first; (page - first) * PAGE_BYTES < bytes.length; page++) {
        const start = (page - first) * PAGE_BYTES;
        pages.set(page, bytes.slice(start, start + PAGE_BYTES));
      }
      at = next;
    }
    return pages;
  }

  /** How many exchanges `read` takes for these pages. */
  exchangesToRead(wanted: readonly number[]): number {
    let count = 0;
    let covered = -1;
    for (const page of wanted) {
      if (page <= covered) continue;
      covered = page + this.#pagesAtOnce - 1;
      count += 1;
    }
    return count;
  }

  async write(page: number, data: Uint8Array): Promise<void> {
    await this.#link.writePage(page, data);
  }

  /** Sends a password of 4 bytes; resolves with PACK, 2 bytes, or with undefined when the card says no. */
  async authenticate(password: Uint8Array): Promise<Uint8Array | undefined> {
    if (!this.#link.transceive) throw new Error('the reader passes no native commands on');
    try {
      const pack = await this.#link.transceive(Uint8Array.of(PWD_AUTH, ...password));
      return pack.length === 2 ? pack : undefined;
    } catch (error) {
      if (error instanceof EncoderError && error.code === 'card_refused') return undefined;
      throw error;
    }
  }

  get #pagesAtOnce(): number {
    return this.#hasNative ? FAST_READ_PAGES : READ_PAGES;
  }

  /** Undefined: native commands do not reach the card, whatever the reader's profile says. */
  async #readSpan(first: number, last: number): Promise<Uint8Array | undefined> {
    if (!this.#hasNative || !this.#link.transceive) return await this.#link.readPages(first);
    try {
      const bytes = await this.#link.transceive(Uint8Array.of(FAST_READ, first, last));
      if (bytes.length === (last - first + 1) * PAGE_BYTES) return bytes;
      const message = `FAST_READ of pages ${first} to ${last}: ${bytes.length} bytes came`;
      throw new EncoderError('device_protocol', message);
    } catch (error) {
      const isUnknown =
        error instanceof EncoderError &&
        (error.code === 'card_unsupported' || error.code === 'device_protocol');
      if (!isUnknown) throw error;
      this.#hasNative = false;
      return undefined;
    }
  }
}
