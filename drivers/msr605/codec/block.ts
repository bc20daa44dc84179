import { BLOCK_END, BLOCK_START, ESC, FS } from './command.ts';

/** Most characters of tracks 1, 2 and 3, without sentinels and LRC (ISO/IEC 7811-2: 79, 40 and 107 with them). */
export const LONGEST_TEXTS = [76, 37, 104] as const;

/** A track of a raw block has one byte for its length. */
export const LONGEST_RAW_BYTES = 255;

/** Tracks 1, 2 and 3. */
export type OfTracks<T> = readonly [T, T, T];

/**
 * Writes these characters, without sentinels, on tracks 1, 2 and 3 of the card that is swiped next; the device adds sentinels and LRC, and leaves a track
 * with '' as it is. Throws a plain Error on characters that the track's alphabet lacks, a sentinel, or too many of them.
 */
export function writeIso(texts: OfTracks<string>): Uint8Array {
  const tracks = texts.flatMap((text, at) => {
    requireWritable(text, at);
    return [ESC, at + 1, ...Buffer.from(text, 'latin1')];
  });
  return Uint8Array.of(ESC, 0x77, ESC, BLOCK_START, ...tracks, BLOCK_END, FS);
}

/**
 * Writes these bits on tracks 1, 2 and 3 of the card that is swiped next: one character of `setBitsPerCharacter` a byte, the bit that passes the
 * head first lowest. Throws a plain Error on more than LONGEST_RAW_BYTES.
 */
export function writeRaw(raw: OfTracks<Uint8Array>): Uint8Array {
  const tracks = raw.flatMap((bytes, at) => {
    if (bytes.length > LONGEST_RAW_BYTES) throw new Error(`${bytes.length} raw bytes for track ${at + 1}`);
    return [ESC, at + 1, bytes.length, ...bytes];
  });
  return Uint8Array.of(ESC, 0x6e, ESC, BLOCK_START, ...tracks, BLOCK_END, FS);
}

/** Why the text cannot be on the track (0: track 1), or undefined. */
export function whyNotWritable(text: string, at: number): string | undefined {
  const longest = LONGEST_TEXTS[at] ?? 0;
  if (text.length > longest) return `track ${at + 1} holds ${longest} characters, not ${text.length}`;
  if (!isTrackText(text, at)) return `track ${at + 1} cannot hold all of these characters`;
  return undefined;
}

/** Whether each character is in the track's alphabet (0: track 1), and none is a sentinel. */
export function isTrackText(text: string, at: number): boolean {
  return at === 0 ? /^[ -$&->@-_]*$/.test(text) : /^[0-:<->]*$/.test(text);
}

function requireWritable(text: string, at: number): void {
  const why = whyNotWritable(text, at);
  if (why !== undefined) throw new Error(why);
}
