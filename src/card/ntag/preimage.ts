import { EncoderError } from '../../encoder/errors.ts';
import type { TagPages } from './tag.ts';
import { PAGE_BYTES, type TagLayout } from './tag-layout.ts';

/** What was on a card: CFG0 and CFG1, zeros on a card without, and the area from page 4 on. */
export interface TagPreimage {
  readonly config: Uint8Array;
  readonly access: Uint8Array;
  readonly area: Uint8Array;
}

const FORM = 0x01;
const HEAD_BYTES = 1 + 2 * PAGE_BYTES;

/** 01, CFG0, CFG1, the area. */
export function encodePreimage(layout: TagLayout, pages: TagPages, area: Uint8Array): Uint8Array {
  const page = (number: number | undefined) =>
    (number === undefined ? undefined : pages.get(number)) ?? new Uint8Array(PAGE_BYTES);
  const { configPage } = layout;
  const access = configPage === undefined ? undefined : configPage + 1;
  return Uint8Array.of(FORM, ...page(configPage), ...page(access), ...area);
}

/** Throws an EncoderError `card_unsupported` for a pre-image that is none of this format, or longer than this card. */
export function decodePreimage(bytes: Uint8Array, areaBytes: number): TagPreimage {
  // A slice of a Node.js Buffer, as a store hands out, would share its memory.
  const area = Uint8Array.from(bytes.subarray(HEAD_BYTES));
  if (
    bytes[0] !== FORM ||
    bytes.length < HEAD_BYTES ||
    area.length > areaBytes ||
    area.length % PAGE_BYTES !== 0
  ) {
    const message = `what was kept of the card before the write, ${bytes.length} bytes, does not fit this card`;
    throw new EncoderError('card_unsupported', message);
  }
  const config = Uint8Array.from(bytes.subarray(1, 1 + PAGE_BYTES));
  return { config, access: Uint8Array.from(bytes.subarray(1 + PAGE_BYTES, HEAD_BYTES)), area };
}
