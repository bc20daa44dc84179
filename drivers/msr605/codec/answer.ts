import type { OfTracks } from './block.ts';
import type { BitsPerCharacter, Coercivity, LeadingZeros } from './command.ts';
import type { Status } from './status.ts';

/** What a read passed on of one track. */
export type ReadTrack =
  /** In ISO reading its characters as ASCII, with sentinels; in raw reading its bits, one character a byte, the bit that passed first highest. */
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  | { readonly kind: 'empty' }
  /** Something is there whose parity or LRC is wrong. */
  | { readonly kind: 'unreadable' };

/** A card that was swiped, as it was read. Of a device that sends a status alone, three unreadable tracks. */
export interface ReadAnswer {
  readonly tracks: OfTracks<ReadTrack>;
  readonly status: Status;
}

/** What an answer brings, by what was asked. */
export interface Answers {
  readonly status: Status;
  readonly communication_test: true;
  readonly coercivity: Coercivity;
  /** The character of the model: `3` writes three tracks. */
  readonly model: string;
  /** Eight characters: `REVH7.31`. */
  readonly firmware: string;
  readonly leading_zeros: LeadingZeros;
  /** What is set now, or why it is not. */
  readonly bits_per_character: BitsPerCharacter | Status;
  readonly iso_block: ReadAnswer;
  readonly raw_block: ReadAnswer;
}

export type AnswerKind = keyof Answers;

/** How the bytes of an answer are taken apart: each `yield` gets the next byte. Returns undefined as soon as it is none. */
export type AnswerParser<Answer> = Generator<void, Answer | undefined, number>;
