import { EncoderError } from '../../../src/encoder/errors.ts';
import { Results } from './results.ts';
import { ISO14443A } from './tag-types.ts';

/** A tag as SearchTag tells it. */
export interface FoundTag {
  readonly type: number;
  /** How many bits of `id` count, from the most significant of its first byte on. */
  readonly bits: number;
  readonly id: Uint8Array;
}

/** What SearchTag answered; undefined when there is none. Throws an EncoderError `device_protocol` when it does not fit. */
export function readFoundTag(answer: Uint8Array): FoundTag | undefined {
  const doing = 'search for a card';
  const results = new Results(answer, doing);
  const isFound = results.bool();
  if (!isFound) {
    results.end();
    return undefined;
  }
  const type = results.byte();
  const bits = results.byte();
  const id = results.counted();
  results.end();
  if (id.length !== Math.ceil(bits / 8) || bits === 0) {
    throw new EncoderError(
      'device_protocol',
      `${doing}: a number of ${bits} bits came in ${id.length} bytes`,
    );
  }
  return { type, bits, id };
}

/**
 * Whether these are the same tag. Two with a number that is drawn anew whenever the card is selected are, as far as can be told: SearchTag selects it every
 * time.
 */
export function isSameTag(one: FoundTag, other: FoundTag): boolean {
  if (hasDrawnNumber(one) && hasDrawnNumber(other)) return true;
  return (
    one.type === other.type && one.bits === other.bits && one.id.every((byte, at) => other.id[at] === byte)
  );
}

/** ISO/IEC 14443-3: a uid of 4 bytes that begins with 08. */
function hasDrawnNumber({ type, id }: FoundTag): boolean {
  return type === ISO14443A && id.length === 4 && id[0] === 0x08;
}

/** The bits of its number, the first one most significant. */
export function numberOf({ bits, id }: FoundTag): bigint {
  const all = id.reduce((value, byte) => value * 256n + BigInt(byte), 0n);
  return all >> BigInt(8 * id.length - bits);
}
