import type { AnswerParser } from './answer.ts';
import type { BitsPerCharacter, Coercivity, LeadingZeros } from './command.ts';
import { type Status, statusOf } from './status.ts';

/** What follows ESC in the answers that are no block (MSR605 Programmer's Manual rev B, section 6). */

const FIRMWARE_CHARACTERS = 8;

/** `st`. */
export function* status(): AnswerParser<Status> {
  return statusOf(yield);
}

/** `79`. */
export function* communicationTest(): AnswerParser<true> {
  return (yield) === 0x79 || undefined;
}

/** `48` or `4C` in the manual, `68` or `6C` from devices. */
export function* coercivity(): AnswerParser<Coercivity> {
  switch (yield) {
    case 0x48:
    case 0x68:
      return 'high';
    case 0x4c:
    case 0x6c:
      return 'low';
    default:
      return undefined;
  }
}

/** `m 53`. */
export function* model(): AnswerParser<string> {
  const character = yield;
  if (!isPrintable(character) || (yield) !== 0x53) return undefined;
  return String.fromCharCode(character);
}

export function* firmware(): AnswerParser<string> {
  let text = '';
  while (text.length < FIRMWARE_CHARACTERS) {
    const character = yield;
    if (!isPrintable(character)) return undefined;
    text += String.fromCharCode(character);
  }
  return text;
}

/** `zz zz`. */
export function* leadingZeros(): AnswerParser<LeadingZeros> {
  return { tracks1And3: yield, track2: yield };
}

/** `30 a b c`, or another status alone. */
export function* bitsPerCharacter(): AnswerParser<BitsPerCharacter | Status> {
  const done = statusOf(yield);
  if (done !== 'ok') return done;
  const bits = [bitsOf(yield), bitsOf(yield), bitsOf(yield)] as const;
  const [one, two, three] = bits;
  return one && two && three ? [one, two, three] : undefined;
}

function bitsOf(byte: number): BitsPerCharacter[number] | undefined {
  return byte === 5 || byte === 6 || byte === 7 || byte === 8 ? byte : undefined;
}

function isPrintable(byte: number): boolean {
  return byte >= 0x20 && byte < 0x7f;
}
