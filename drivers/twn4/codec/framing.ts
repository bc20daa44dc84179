import { AsciiFrameReader, encodeAscii } from './ascii-frames.ts';
import { BinaryFrameReader, encodeBinary } from './binary-frames.ts';
import type { FrameReader } from './frame-reader.ts';

/** The modes of the simple protocol, in the order in which they are tried. The firmware image decides; ELATEC's is `ascii`. */
export const MODES = ['binary', 'binary_crc', 'ascii', 'ascii_crc'] as const;

export type Mode = (typeof MODES)[number];

/** How messages travel in one mode. */
export interface Framing {
  readonly mode: Mode;
  encode(message: Uint8Array): Uint8Array;
  reader(): FrameReader;
  /** What ends a command that the reader has in part; undefined where there is no such thing. */
  readonly endOfCommand: Uint8Array | undefined;
}

export function framingOf(mode: Mode): Framing {
  const hasCrc = mode === 'ascii_crc' || mode === 'binary_crc';
  if (mode === 'ascii' || mode === 'ascii_crc') {
    return {
      mode,
      encode: (message) => encodeAscii(message, hasCrc),
      reader: () => new AsciiFrameReader(hasCrc),
      endOfCommand: Uint8Array.of(0x0d),
    };
  }
  return {
    mode,
    encode: (message) => encodeBinary(message, hasCrc),
    reader: () => new BinaryFrameReader(hasCrc),
    endOfCommand: undefined,
  };
}
