import { fromHex, toHex } from '../../../src/card/hex.ts';
import type { Transmit } from '../../../src/card/pseudo-apdu.ts';

/** A reader that expects these commands in this order, and answers what stands beside them; all in hexadecimal. */
export function scriptedReader(...lines: readonly (readonly [command: string, answer: string])[]): {
  readonly transmit: Transmit;
  /** Commands that have not come yet. */
  readonly remaining: string[];
} {
  const remaining = lines.map(([command]) => command.replaceAll(' ', ''));
  const answers = lines.map(([, answer]) => fromHex(answer));
  return {
    remaining,
    transmit: async (apdu) => {
      const expected = remaining.shift();
      const answer = answers.shift();
      if (toHex(apdu) !== expected || !answer) {
        throw new Error(`the reader got ${toHex(apdu)}, it expected ${expected ?? 'nothing'}`);
      }
      return answer;
    },
  };
}
