import { EncoderError } from '../../encoder/errors.ts';
import type { StripeTrack, StripeTracks } from '../link.ts';

const FORM = 0x01;
const UNREADABLE = 0xff;

/** 01, then for each track its length and its characters; length 00 for an empty track, FF for one that could not be read. */
export function encodePreimage(tracks: StripeTracks): Uint8Array {
  return Uint8Array.of(
    FORM,
    ...tracks.flatMap((track) => {
      if (track.kind === 'unreadable') return [UNREADABLE];
      const characters = Buffer.from(track.kind === 'data' ? track.text : '', 'latin1');
      return [characters.length, ...characters];
    }),
  );
}

/** Throws an EncoderError `card_unsupported` for a pre-image that is none of this format. */
export function decodePreimage(bytes: Uint8Array): StripeTracks {
  let rest = bytes.subarray(1);
  const track = (): StripeTrack => {
    const [length] = rest;
    if (length === undefined) throw strange(bytes);
    const end = length === UNREADABLE ? 1 : 1 + length;
    if (rest.length < end) throw strange(bytes);
    const text = Buffer.from(rest.subarray(1, end)).toString('latin1');
    rest = rest.subarray(end);
    if (length === UNREADABLE) return { kind: 'unreadable' };
    return length === 0 ? { kind: 'empty' } : { kind: 'data', text };
  };
  if (bytes[0] !== FORM) throw strange(bytes);
  const tracks = [track(), track(), track()] as const;
  if (rest.length > 0) throw strange(bytes);
  return tracks;
}

function strange(bytes: Uint8Array): EncoderError {
  const message = `what was kept of the card before the write, ${bytes.length} bytes, is of no magnetic stripe`;
  return new EncoderError('card_unsupported', message);
}
