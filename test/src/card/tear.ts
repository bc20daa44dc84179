/**
 * The tear driver: pulls a card away at every exchange of a piece of work, and sees that one more run ends it.
 *
 *   await tearEverywhere({
 *     technology: 'ntag213', uid: '04A2C3F1D25E80', memory: before,
 *     run: (link, card) => program.write({ link, card, ... }, image, journal),
 *     lookAtTorn: async (link, card, tear) => expect(...inspect says the old record, the new one, or none...),
 *     expectFinished: async (link, card, memory) => expect(...inspect says the new record...),
 *   });
 *
 * For n = 1, 2, ... the card starts from `memory`, and is pulled at exchange n before it took effect, and once more after it did.
 * With `tornWrites` it is also left with mixtures of what it held before and after that exchange. Then, with its memory carried over, it is put
 * back three times: for `lookAtTorn`, for `run` again without faults (or `repair`), and for `expectFinished`. It ends with the first n that `run` does not reach.
 */
import { VirtualCard, type VirtualCardOptions } from '../../../drivers/virtual/virtual-card.ts';
import type { CardLink } from '../../../src/card/link.ts';
import { ACR122_PROFILE, type ReaderProfile, storageCardLink } from '../../../src/card/storage-card.ts';
import { EncoderError } from '../../../src/encoder/errors.ts';
import type { Card } from '../../../src/model/card.ts';

/** Where a card was torn away: exchanges are counted from 1; `torn` is a mixture of before and after. */
export interface Tear {
  readonly exchange: number;
  readonly moment: 'before' | 'after' | 'torn';
}

/** A card as it is before the work (`memory` absent: as from the factory), the work, and what must hold around it. */
export interface TearTrial extends Omit<VirtualCardOptions, 'faults' | 'onPulled' | 'keySlots'> {
  /** Absent: ACR122_PROFILE. */
  readonly profile?: ReaderProfile;
  /** Whether a write may leave a mixture of old and new bytes: EEPROM without a commit, as in NTAG and Classic. Absent: it may not. */
  readonly tornWrites?: boolean;
  /** The work, on a card that was just put down. It must reject when the card is pulled. */
  run(link: CardLink, card: Card): Promise<void>;
  /** What is done with the torn card when it is put back, where that is not `run`: a rollback, say. */
  repair?(link: CardLink, card: Card): Promise<void>;
  /** Throws when a torn card says what it must not say. It must not change the card. */
  lookAtTorn?(link: CardLink, card: Card, tear: Tear): Promise<void>;
  /** Throws when the card is not finished. */
  expectFinished(link: CardLink, card: Card, memory: Uint8Array): Promise<void>;
}

export interface TearCount {
  /** How often the card was torn away and finished afterwards. */
  readonly tears: number;
  /** Exchanges (APDUs) that the work takes when nothing happens. */
  readonly exchanges: number;
}

/** No work on a card takes so many exchanges: it does not end. */
const MOST_EXCHANGES = 5_000;

/** Tears the card away everywhere. Throws what the checks throw, with the tear in front of the message. */
export async function tearEverywhere(trial: TearTrial): Promise<TearCount> {
  let tears = 0;
  for (let exchange = 1; exchange <= MOST_EXCHANGES; exchange++) {
    const before = await pull(trial, exchange, 'before');
    if (before === undefined) return { tears, exchanges: exchange - 1 };
    const after = await pull(trial, exchange, 'after');
    if (after === undefined)
      throw new Error(`the work took fewer exchanges than ${exchange} at the second try`);
    const left: (readonly [Tear['moment'], Uint8Array])[] = [['before', before]];
    if (!isSame(before, after)) left.push(['after', after]);
    if (trial.tornWrites) left.push(...mixturesOf(before, after).map((memory) => ['torn', memory] as const));
    for (const [moment, memory] of left) {
      await finish(trial, { exchange, moment }, memory);
      tears += 1;
    }
  }
  throw new Error(`the work has not ended after ${MOST_EXCHANGES} exchanges`);
}

/** A card of this trial that was just put down, and the way to it. */
export function putDown(
  trial: Omit<TearTrial, 'run' | 'repair' | 'lookAtTorn' | 'expectFinished'>,
  memory: Uint8Array | undefined,
  faults: Pick<VirtualCardOptions, 'faults' | 'onPulled'> = {},
): { readonly chip: VirtualCard; readonly link: CardLink; readonly card: Card } {
  const chip = new VirtualCard({ ...trial, ...(memory && { memory }), ...faults });
  const { technology, uid } = chip;
  const link = storageCardLink((apdu) => chip.transmit(apdu), technology, trial.profile ?? ACR122_PROFILE);
  return { chip, link, card: { uid, technology } };
}

/** The memory that is left when the card is pulled there; undefined when the work ended before. */
async function pull(
  trial: TearTrial,
  exchange: number,
  moment: 'before' | 'after',
): Promise<Uint8Array | undefined> {
  let wasPulled = false;
  const onPulled = () => {
    wasPulled = true;
  };
  const { chip, link, card } = putDown(trial, trial.memory, {
    faults: { pulledAt: { exchange, moment } },
    onPulled,
  });
  try {
    await trial.run(link, card);
  } catch (error) {
    if (wasPulled && error instanceof EncoderError && error.code === 'card_removed') return chip.memory;
    throw named(error, { exchange, moment }, 'the work did not reject with card_removed');
  }
  if (wasPulled) throw new Error(`pulled ${moment} exchange ${exchange}: the work says that it succeeded`);
  return undefined;
}

async function finish(trial: TearTrial, tear: Tear, memory: Uint8Array): Promise<void> {
  try {
    const torn = putDown(trial, memory);
    await trial.lookAtTorn?.(torn.link, torn.card, tear);
    if (!isSame(torn.chip.memory, memory)) throw new Error('looking at the torn card changed it');
    const again = putDown(trial, memory);
    await (trial.repair ?? trial.run)(again.link, again.card);
    const finished = putDown(trial, again.chip.memory);
    await trial.expectFinished(finished.link, finished.card, again.chip.memory);
  } catch (error) {
    throw named(error, tear, 'not finished');
  }
}

/** What an interrupted EEPROM write may leave: some bytes written, or some bits, in the bytes that were to change. */
function mixturesOf(before: Uint8Array, after: Uint8Array): Uint8Array[] {
  const changed = [...after.keys()].filter((at) => before[at] !== after[at]);
  const half = changed[Math.ceil(changed.length / 2)] ?? after.length;
  const mix = (pick: (old: number, next: number, at: number) => number) =>
    after.map((next, at) => (before[at] === next ? next : pick(before[at] ?? 0, next, at)));
  const mixtures = [
    mix((old, next, at) => (at < half ? next : old)),
    mix((old, next, at) => (at < half ? old : next)),
    mix((old, next) => old & next),
    mix((old, next) => old | next),
  ];
  return mixtures.filter((mixture) => !isSame(mixture, before) && !isSame(mixture, after));
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

function named(error: unknown, { exchange, moment }: Tear, what: string): Error {
  const message = error instanceof Error ? error.message : String(error);
  return new Error(`pulled ${moment} exchange ${exchange}: ${what}: ${message}`, { cause: error });
}
