import type { OpenAnswer, SealedCommand } from './messaging.ts';
import type { PoweredCard } from './powered-card.ts';
import { LENGTH_ERROR, Refusal } from './status.ts';

/**
 * A native command. It is asked as soon as its first frame is there: whether it may run now, and how it travels. It throws the card's refusal.
 * `payload`: what came after the command's code, sealed still.
 */
export type Command = (card: PoweredCard, payload: Uint8Array) => Job;

export interface Job extends Pick<SealedCommand, 'security' | 'headerBytes' | 'dataBytes' | 'trailerBytes'> {
  readonly answer: Omit<OpenAnswer, 'data'>;
  /** Whether the data may come in several frames; then `headerBytes` and `dataBytes` say how much comes. */
  readonly isChained?: boolean;
  /** Called with what has come so far of data that travels plainly; how a standard file comes to be half written. */
  readonly partly?: (payload: Uint8Array) => void;
  /** `payload` in clear: header, data, trailer. All or nothing. */
  readonly run: (payload: Uint8Array) => Answer;
}

/** The data of an answer. `cuts`: how long its first frames are; the others are as long as a frame may be. */
export interface Answer {
  readonly data: Uint8Array;
  readonly cuts?: readonly number[];
}

/** Done, and nothing to say. */
export const DONE: Answer = { data: new Uint8Array(0) };

/** A command without file data, and an answer of the same kind. */
export function ordinary(run: Job['run']): Job {
  return { security: 'ordinary', answer: { security: 'ordinary' }, run };
}

/** Throws the card's 7E unless there are so many bytes. */
export function needLength(payload: Uint8Array, length: number): void {
  if (payload.length !== length) throw new Refusal(LENGTH_ERROR);
}

/** The least significant byte first, unsigned. */
export function numberAt(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let place = length - 1; place >= 0; place--) value = value * 256 + (bytes[at + place] ?? 0);
  return value;
}

/** The least significant byte first; four bytes take a negative number too. */
export function numberBytes(value: number, length: number): number[] {
  return Array.from({ length }, (_, place) => (value >> (8 * place)) & 0xff);
}
