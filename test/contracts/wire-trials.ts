import type { PresentedCard } from '../../src/encoder/contract.ts';
import { sample, type WireDesk } from './wire-desk.ts';

/** So many more trials where everything is tried: each may take the driver's deadline. */
export const CI_TIMES = 4;

export interface Trials {
  /** What is counted in the work, and how many of them are tried. */
  readonly of: 'frames' | 'commands';
  readonly count: number;
  readonly work: (card: PresentedCard) => Promise<void>;
  /** Does something to the line at this frame or command of the work that follows, counted from 1. */
  readonly spoil: (position: number, trial: number) => void;
}

/** Does the same work once for each of some places at which the line is spoiled: whatever comes of it must be true, and the next work must be done. */
export async function tryEach(at: WireDesk, { of, count, work, spoil }: Trials): Promise<void> {
  const first = await at.begin();
  const cost = await at.costOf(() => work(first));
  let card = first;
  for (const [trial, position] of sample(cost[of], count, CI_TIMES).entries()) {
    spoil(position, trial);
    await at.outcomeOf(work(card));
    at.wire.clear();
    card = await at.recovered();
    // What was written last may be half there.
    await at.writeAndProve(card);
    await at.look(card);
  }
}
