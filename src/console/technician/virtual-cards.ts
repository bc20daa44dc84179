import { keep, kept } from '../kept.ts';

/** A card made of code. It keeps its memory under its id, also when it is taken away and when the daemon ends. */
export interface VirtualCard {
  readonly id: string;
  readonly technology: string;
  /** Which of its kind it is, from 1. */
  readonly number: number;
  /** Only where the card must have this one. */
  readonly uid?: string;
}

/** Kinds of card that a virtual encoder can simulate, and how many lie there from the beginning. */
const KINDS = [
  ['mifare_classic_1k', 2],
  ['mifare_classic_4k', 1],
  ['ntag213', 2],
  ['ntag215', 2],
  ['ntag216', 1],
  ['mifare_ultralight_ev1_48', 1],
  ['mifare_desfire', 2],
  ['uid_only', 2],
] as const;

/** The names of the kinds. */
export const VIRTUAL_KINDS: readonly string[] = KINDS.map(([technology]) => technology);

/** The cards that lie on the table before anybody makes more. */
export const FIRST_CARDS: readonly VirtualCard[] = KINDS.flatMap(([technology, count]) =>
  Array.from({ length: count }, (_, at) => cardOf(technology, at + 1)),
);

function cardOf(technology: string, number: number): VirtualCard {
  return { id: `console-${technology}-${number}`, technology, number };
}

/** The cards with one more of this kind. */
export function withNewCard(cards: readonly VirtualCard[], technology: string): readonly VirtualCard[] {
  const numbers = cards.filter((card) => card.technology === technology).map(({ number }) => number);
  return [...cards, cardOf(technology, Math.max(0, ...numbers) + 1)];
}

const NAME = 'technician.cards';

/** The cards as they were left on this computer. */
export function keptCards(): readonly VirtualCard[] {
  const counts: unknown = parsed(kept(NAME));
  if (typeof counts !== 'object' || counts === null) return FIRST_CARDS;
  const more = Object.entries(counts).flatMap(([technology, count]) =>
    VIRTUAL_KINDS.includes(technology) && Number.isInteger(count)
      ? Array.from({ length: Math.min(Number(count), 20) }, (_, at) => cardOf(technology, at + 1))
      : [],
  );
  const known = new Set(FIRST_CARDS.map(({ id }) => id));
  return [...FIRST_CARDS, ...more.filter(({ id }) => !known.has(id))];
}

/** Remembers how many there are of each kind. */
export function keepCards(cards: readonly VirtualCard[]): void {
  const counts = Object.fromEntries(
    VIRTUAL_KINDS.map((kind) => [kind, cards.filter(({ technology }) => technology === kind).length]),
  );
  keep(NAME, JSON.stringify(counts));
}

function parsed(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
