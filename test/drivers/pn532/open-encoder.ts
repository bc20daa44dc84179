import { onTestFinished } from 'vitest';
import { greetPn532 } from '../../../drivers/pn532/greet.ts';
import { Pn532Card } from '../../../drivers/pn532/presented-card.ts';
import type { Chip } from '../../../drivers/virtual/chip.ts';
import { createChip } from '../../../drivers/virtual/create-chip.ts';
import type { CardEncoder, CardFaults } from '../../../src/encoder/contract.ts';
import type { CardTechnology } from '../../../src/model/card.ts';
import { BoardLine } from '../../benches/pn532/board-line.ts';
import { PlacedCard } from '../../benches/pn532/placed-card.ts';
import type { Pn532BoardOptions } from '../../benches/pn532/pn532-board.ts';
import { patience } from '../../contracts/encoder-desk.ts';

export const CLASSIC = { technology: 'mifare_classic_1k', uid: 'A1B2C3D4' } as const;
export const TAG = { technology: 'ntag215', uid: '04B1C2D3E4F560' } as const;

/** An encoder of this driver over a simulated PN532 in memory with these cards on it; all end with the test. */
export async function openEncoder(options: Pn532BoardOptions = {}, ...cards: readonly PlacedCard[]) {
  const line = new BoardLine(options);
  line.board.chip.place(...cards);
  const { signal } = new AbortController();
  const greeted = await greetPn532(line, { key: 'dev-ttytest', path: line.path }, signal);
  const encoder = await greeted.open(signal);
  onTestFinished(async () => {
    await encoder[Symbol.asyncDispose]();
    await line[Symbol.asyncDispose]();
  });
  return { line, board: line.board, greeted, encoder };
}

/** A card to be placed. */
export function cardOf(
  { technology, uid }: { readonly technology: CardTechnology; readonly uid: string },
  faults?: CardFaults,
): PlacedCard {
  return new PlacedCard(createChip(technology, uid), faults);
}

/** A card that answers as `exchange` does, of any kind. */
export function oddCard(
  chip: Pick<Chip, 'sak' | 'exchange'> & { uid: Uint8Array; atqa?: Uint8Array },
): PlacedCard {
  return new PlacedCard({
    technology: 'uid_only',
    atqa: Uint8Array.of(0x44, 0x00),
    memory: new Uint8Array(0),
    revision: 0,
    ...((chip.sak & 0x20) === 0 ? {} : { historicalBytes: Uint8Array.of(0x80) }),
    activate: () => {},
    ...chip,
  });
}

/** The card that is presented, with what only this driver's have. */
export async function presented(encoder: CardEncoder): Promise<Pn532Card> {
  const card = await encoder.awaitCard(patience());
  if (card instanceof Pn532Card) return card;
  throw new Error('not a card of this driver');
}
