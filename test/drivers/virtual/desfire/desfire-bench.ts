import { expect } from 'vitest';
import { DesfireChip, type DesfireOptions } from '../../../../drivers/virtual/desfire/desfire-chip.ts';
import { fromHex, toHex } from '../../../../src/card/hex.ts';

export const UID = fromHex('04782E21801D80');

/** A chip that draws its random numbers from this list, in turn. */
export function chipDrawing(numbers: readonly string[], options: DesfireOptions = {}): DesfireChip {
  const queue = numbers.map(fromHex);
  const random = (length: number) => {
    const number = queue.shift();
    if (number?.length !== length) throw new Error(`the chip draws ${length} bytes, the test has other ones`);
    return number;
  };
  const chip = new DesfireChip(UID, { ...options, random });
  chip.activate();
  return chip;
}

/** The answer to a frame, as upper-case hexadecimal. */
export function ask(chip: DesfireChip, frame: string): string {
  const answer = chip.exchange(fromHex(frame));
  if (answer.kind !== 'data') throw new Error(`the chip answers ${answer.kind}`);
  return toHex(answer.bytes);
}

/** One line an exchange: what goes to the chip, and what has to come. */
export function expectSession(
  chip: DesfireChip,
  ...lines: readonly (readonly [command: string, answer: string])[]
): void {
  for (const [command, answer] of lines) {
    expect(ask(chip, command), command).toBe(answer.replaceAll(' ', ''));
  }
}

/** The same card, torn out of the field and put back. */
export function putBack(chip: DesfireChip, options: DesfireOptions = {}): DesfireChip {
  const again = new DesfireChip(UID, { ...options, memory: chip.memory });
  again.activate();
  return again;
}
