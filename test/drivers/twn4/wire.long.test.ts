import { fromHex } from '../../../src/card/hex.ts';
import type { SimulatedMode } from '../../benches/twn4/reader-frames.ts';
import { makeTwn4Bench } from '../../benches/twn4/twn4-bench.ts';
import { type WireContractOptions, wireContract } from '../../contracts/wire.ts';

const text = (line: string) => Uint8Array.from(Buffer.from(line, 'latin1'));

/** What each mode can tell from its messages. Without a CRC, binary messages look like anything. */
const LINES: readonly (readonly [SimulatedMode, WireContractOptions])[] = [
  [
    'ascii_crc',
    {
      noise: [
        text('?'),
        fromHex('00FF55'),
        // Digits, of half a message and of a whole one whose CRC is wrong.
        text('0001'),
        text('00016F91\r'),
        // What the standard app sends of a card.
        text('04A2C3F1D25E80\r\n'),
      ],
    },
  ],
  ['ascii', { noise: [text('?\r'), fromHex('FF0D'), text('TWN4\r\n')], masks: [0x80] }],
  [
    'binary_crc',
    {
      noise: [
        fromHex('00'),
        fromHex('FFFFFF'),
        // A length that no message has, and one that a message may have.
        fromHex('FFFF'),
        fromHex('0500'),
        // Half a message, and a whole one whose CRC is wrong.
        fromHex('0400000131'),
        fromHex('0400000131E2'),
      ],
    },
  ],
  ['binary', { masks: [] }],
];

for (const [mode, options] of LINES) {
  wireContract(`drivers/twn4, ${mode}`, () => makeTwn4Bench({ mode, options: { mode } }), options);
}
