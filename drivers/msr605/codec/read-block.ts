import type { AnswerParser, ReadAnswer, ReadTrack } from './answer.ts';
import type { OfTracks } from './block.ts';
import { BLOCK_END, BLOCK_START, ESC, FS } from './command.ts';
import { type Status, statusOf } from './status.ts';

/** What follows ESC in the answer to a read (MSR605 Programmer's Manual rev B, section 7). */

/** `1B 2B` in place of a track: nothing is on it. `1B 2A`: it cannot be read. */
const NOTHING = 0x2b;
const UNREADABLE = 0x2a;

/** More bytes than any track of characters has: then it is no block. */
const LONGEST_TRACK = 255;

const EMPTY = { kind: 'empty' } as const;
const UNREAD = { kind: 'unreadable' } as const;

/** A block, or a status alone where the device has none to send: but `ok` alone is the end of a block that got lost. */
function* readBlock(tracks: () => AnswerParser<OfTracks<ReadTrack>>): AnswerParser<ReadAnswer> {
  const first = yield;
  if (first !== BLOCK_START) {
    const status = statusOf(first);
    return status === 'ok' ? undefined : withStatus([UNREAD, UNREAD, UNREAD], status);
  }
  const read = yield* tracks();
  if (read === undefined || (yield) !== ESC) return undefined;
  return withStatus(read, statusOf(yield));
}

/**
 * `73`, then `1B n` and the characters of each track, or `1B 2B` or `1B 2A`; then `3F 1C 1B st`. Tracks that the device has not are left out.
 * No character is ESC or FS.
 */
export function isoBlock(): AnswerParser<ReadAnswer> {
  return readBlock(isoTracks);
}

/** `73`, then `1B n LEN` and LEN bytes of each track; then `3F 1C 1B st`. The bytes may be any: they are counted, never searched. */
export function rawBlock(): AnswerParser<ReadAnswer> {
  return readBlock(rawTracks);
}

function* isoTracks(): AnswerParser<OfTracks<ReadTrack>> {
  const read = new Map<number, ReadTrack>();
  if ((yield) !== ESC) return undefined;
  let track = yield;
  for (;;) {
    if (track < 1 || track > 3 || read.has(track)) return undefined;
    const { bytes, end } = yield* isoTrack();
    if (end === undefined) return undefined;
    read.set(track, bytes);
    if (end === FS) return ofTracks(read);
    track = end;
  }
}

/** One track, to what ends it: FS, or the number of the next one. */
function* isoTrack(): Generator<void, { bytes: ReadTrack; end: number | undefined }, number> {
  const characters = new Uint8Array(LONGEST_TRACK);
  let length = 0;
  let mark: ReadTrack | undefined;
  try {
    for (;;) {
      const byte = yield;
      if (byte === FS) {
        const closes = length > 0 && characters[length - 1] === BLOCK_END;
        return { bytes: mark ?? dataOf(characters, length - 1), end: closes ? FS : undefined };
      }
      if (byte === ESC) {
        const next = yield;
        if (next !== NOTHING && next !== UNREADABLE)
          return { bytes: mark ?? dataOf(characters, length), end: next };
        mark = next === NOTHING ? EMPTY : UNREAD;
      } else if (length === LONGEST_TRACK) return { bytes: UNREAD, end: undefined };
      else characters[length++] = byte;
    }
  } finally {
    // It may have been a payment card: no copy stays behind.
    characters.fill(0);
  }
}

function* rawTracks(): AnswerParser<OfTracks<ReadTrack>> {
  const read = new Map<number, ReadTrack>();
  for (;;) {
    const next = yield;
    if (next === BLOCK_END) return (yield) === FS ? ofTracks(read) : undefined;
    if (next !== ESC) return undefined;
    const track = yield;
    if (track < 1 || track > 3 || read.has(track)) return undefined;
    const length = yield;
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at++) bytes[at] = yield;
    read.set(track, length === 0 ? EMPTY : { kind: 'data', bytes });
  }
}

function dataOf(characters: Uint8Array, length: number): ReadTrack {
  return length <= 0 ? EMPTY : { kind: 'data', bytes: characters.slice(0, length) };
}

function ofTracks(read: ReadonlyMap<number, ReadTrack>): OfTracks<ReadTrack> {
  return [read.get(1) ?? EMPTY, read.get(2) ?? EMPTY, read.get(3) ?? EMPTY];
}

function withStatus(tracks: OfTracks<ReadTrack>, status: Status | undefined): ReadAnswer | undefined {
  return status === undefined ? undefined : { tracks, status };
}
