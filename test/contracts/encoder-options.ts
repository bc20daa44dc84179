import type { SimulatedCardOrder } from '../../src/encoder/contract.ts';

/** A kind of card and its number, upper-case hexadecimal as in `Card.uid`. */
export type ContractCard = Required<Pick<SimulatedCardOrder, 'technology' | 'uid'>>;

/** What an encoder can do, as far as the contract suite has to know it: by default all that a contactless reader can. */
export interface EncoderContractOptions {
  /** False where the bench has no `unplug` and `replug`: what they would show is then left out. */
  readonly unplugs?: boolean;
  /**
   * The cards that it takes, at least two with different numbers. Every one of them must be told with its kind and number; the first two are those that most of the
   * facts are shown with. Absent: Classic, NTAG, DESFire and a card of which only the uid can be used. The uid of a `proximity` card or a
   * `magnetic_stripe` is `uidOfNumber` of its number. A magnetic stripe is swiped: the bench then has `swipes`.
   */
  readonly cards?: readonly [ContractCard, ContractCard, ...ContractCard[]];
  /** False where the bench cannot honour `faults`, because a card is not read exchange by exchange: what needs slow or pulled cards is then left out. */
  readonly exchanges?: boolean;
  /** How cards are written on it: an NTAG215 with an NDEF record, a magnetic stripe with a token, or not at all (null). Absent: `ntag`. */
  readonly written?: 'ntag' | 'magstripe' | null;
}

/** The same with everything filled in. */
export interface EncoderKind {
  readonly unplugs: boolean;
  readonly exchanges: boolean;
  readonly written: 'ntag' | 'magstripe' | null;
  /** Whether cards pass by, and are away 1.5 s after their last use. */
  readonly isSwiped: boolean;
  readonly first: ContractCard;
  readonly second: ContractCard;
  readonly cards: readonly ContractCard[];
}

const FIRST = { technology: 'mifare_classic_1k', uid: 'A1B2C3D4' } as const;
const SECOND = { technology: 'mifare_classic_1k', uid: '5E6F7081' } as const;
const CARDS: readonly ContractCard[] = [
  FIRST,
  { technology: 'ntag213', uid: '04A2C3F1D25E80' },
  { technology: 'ntag215', uid: '04B1C2D3E4F560' },
  { technology: 'ntag216', uid: '0411223344AABB' },
  { technology: 'mifare_desfire', uid: '04782E21801D80' },
  { technology: 'uid_only', uid: '1B2C3D4E' },
];

export function encoderKind(options: EncoderContractOptions): EncoderKind {
  const { unplugs = true, exchanges = true, written = 'ntag', cards } = options;
  const [first, second] = cards ?? [FIRST, SECOND];
  const isSwiped = first.technology === 'magnetic_stripe';
  return { unplugs, exchanges, written, isSwiped, first, second, cards: cards ?? CARDS };
}
