import { setTimeout as delay } from 'node:timers/promises';
import type { Chip } from '../../../drivers/virtual/chip.ts';
import { contactlessAtr } from '../../../drivers/virtual/contactless-atr.ts';
import { createChip } from '../../../drivers/virtual/create-chip.ts';
import { DesfireChip } from '../../../drivers/virtual/desfire/desfire-chip.ts';
import { emptyKeySlots, ReaderFace } from '../../../drivers/virtual/reader-face.ts';
import { fromHex, toHex } from '../../../src/card/hex.ts';
import type { Card } from '../../../src/model/card.ts';
import type { BenchCard } from './vpcd-slot.ts';

/**
 * A card that can be set back to what it was, random numbers too, without being taken out: the same commands get the same answers. It writes down
 * the commands of a round.
 */
export class RewindingCard implements BenchCard {
  readonly atr: Uint8Array;
  /** How long each answer takes, in milliseconds: 0 is a card without any physics. */
  answerMs = 0;
  /** The commands since it was set back, in hexadecimal. */
  commands: string[] = [];
  readonly #card: Card;
  #start: Uint8Array;
  #chip: Chip;
  #face: ReaderFace;
  /** Sets itself back after so many commands: for a program that knows nothing of rounds. */
  #roundLength = Number.POSITIVE_INFINITY;

  constructor(card: Card) {
    this.#card = card;
    this.#chip = make(card, undefined);
    this.#face = new ReaderFace(this.#chip, emptyKeySlots());
    this.#start = this.#chip.memory;
    this.atr = contactlessAtr(this.#chip);
    this.activate();
  }

  activate(): void {
    this.#face.activate();
  }

  /** What it holds now is what it is set back to. */
  keep(): void {
    this.#start = this.#chip.memory;
  }

  /** Sets it back. `roundLength`: and again after each round of so many commands. */
  rewind(roundLength = Number.POSITIVE_INFINITY): void {
    this.#roundLength = roundLength;
    this.#chip = make(this.#card, this.#start);
    this.#face = new ReaderFace(this.#chip, emptyKeySlots());
    this.commands = [];
    this.activate();
  }

  async transmit(apdu: Uint8Array): Promise<Uint8Array> {
    if (this.answerMs > 0) await delay(this.answerMs);
    this.commands.push(toHex(apdu));
    const answer = this.#face.transmit(apdu);
    if (this.commands.length === this.#roundLength) this.rewind(this.#roundLength);
    return answer;
  }
}

function make({ technology, uid }: Card, memory: Uint8Array | undefined): Chip {
  if (technology !== 'mifare_desfire') return createChip(technology, uid, memory);
  let drawn = 0;
  const random = (length: number) => {
    drawn += 1;
    return new Uint8Array(length).fill(drawn);
  };
  return new DesfireChip(fromHex(uid), { random, ...(memory === undefined ? {} : { memory }) });
}
