import type { AnswerKind, AnswerParser, Answers } from './answer.ts';
import { ESC } from './command.ts';
import { isoBlock, rawBlock } from './read-block.ts';
import {
  bitsPerCharacter,
  coercivity,
  communicationTest,
  firmware,
  leadingZeros,
  model,
  status,
} from './short-answers.ts';

const PARSERS: { readonly [Kind in AnswerKind]: () => AnswerParser<Answers[Kind]> } = {
  status,
  communication_test: communicationTest,
  coercivity,
  model,
  firmware,
  leading_zeros: leadingZeros,
  bits_per_character: bitsPerCharacter,
  iso_block: isoBlock,
  raw_block: rawBlock,
};

/**
 * Reads one answer of a kind that is known, from bytes as they come. What is before it is noise, and so is what begins like an answer and is none: both are
 * dropped, and nothing that may be the answer with them. What comes after it is dropped too.
 */
export class AnswerReader<Kind extends AnswerKind> {
  readonly #kind: Kind;
  /** What may be the answer, or the begin of one. */
  readonly #held: number[] = [];
  /** How many of these the parser has had. */
  #parsed = 0;
  #parser: AnswerParser<Answers[Kind]> | undefined;
  #answer: Answers[Kind] | undefined;

  constructor(kind: Kind) {
    this.#kind = kind;
  }

  /** The answer, once it is whole. */
  get answer(): Answers[Kind] | undefined {
    return this.#answer;
  }

  push(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (this.#answer !== undefined) return;
      this.#held.push(byte);
      this.#parse();
    }
  }

  #parse(): void {
    for (let byte = this.#held[this.#parsed]; byte !== undefined; byte = this.#held[this.#parsed]) {
      if (this.#parser === undefined) {
        this.#begin(byte);
        continue;
      }
      this.#parsed += 1;
      const step = this.#parser.next(byte);
      if (!step.done) continue;
      this.#answer = step.value;
      if (step.value === undefined) this.#dropFirst();
      else this.#forget();
    }
  }

  #begin(byte: number): void {
    if (byte !== ESC) {
      this.#dropFirst();
      return;
    }
    this.#parsed = 1;
    this.#parser = PARSERS[this.#kind]();
    this.#parser.next(0);
  }

  /** What began here is no answer: one may begin later. */
  #dropFirst(): void {
    this.#held.shift();
    this.#parsed = 0;
    this.#parser = undefined;
  }

  /** It may have been a payment card. */
  #forget(): void {
    this.#held.fill(0);
    this.#held.length = 0;
    this.#parsed = 0;
  }
}
