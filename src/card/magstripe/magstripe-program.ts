import { EncoderError } from '../../encoder/errors.ts';
import { cardNumber } from '../../model/card.ts';
import type { WriteProgress } from '../../model/card-record.ts';
import type { StripeLink } from '../link.ts';
import type { CardProgram, WriteJournal } from '../program.ts';
import { inspectStripe } from './inspect-stripe.ts';
import { isNumberOfAnother } from './stripe-number.ts';
import { stripeOf } from './stripe-of.ts';
import { holds, stripeOrder } from './stripe-order.ts';
import type { StripeTexts } from './token.ts';

/** With 15 s for each (src/card/link.ts) they stay within what a write may take as a whole. */
const MOST_SWIPES = 4;

const MOST_WRITES = 2;

const TOTAL = 2;

/**
 * A token on a magnetic stripe: docs/card-formats/magstripe.md. To inspect takes no swipe beside the one that presented the card; to write takes one
 * to write and one to read back, and none where the stripe holds the image already: then the swipe that presented the card has read it back.
 */
export const magstripeProgram: CardProgram<'magstripe'> = {
  format: 'magstripe',
  inspect: inspectStripe,
  async write(work, image, journal) {
    const stripe = stripeOf(work);
    const order = stripeOrder(work, stripe.tracks, image);
    if (!holds(stripe.tracks, order)) {
      await writeAndReadBack(stripe, order, cardNumber(work.card, 'uid_msb_first'), journal);
    }
    journal.note({ phase: 'verifying', done: TOTAL, total: TOTAL });
  },
};

/** Resolves once the stripe of this number was read back and holds what was ordered. */
async function writeAndReadBack(
  stripe: StripeLink,
  order: StripeTexts,
  number: string,
  journal: WriteJournal,
): Promise<void> {
  let swipes = 0;
  const asking = (phase: WriteProgress['phase'], count: number) => {
    swipes += count;
    const done = phase === 'writing' ? 0 : 1;
    return () => journal.note({ phase, done, total: TOTAL, awaitsSwipe: true });
  };
  const swipesToWrite = order.includes('') && order.some((text) => text) ? 2 : 1;
  for (let writes = 1; writes <= MOST_WRITES; writes += 1) {
    // A write that cannot be read back any more is not begun.
    if (swipes + swipesToWrite + 1 > MOST_SWIPES) throw notSeen('the stripe does not hold what was written');
    await stripe.write(order, asking('writing', swipesToWrite));
    let found = await stripe.read(asking('verifying', 1));
    while (!holds(found, order) && isNumberOfAnother(found, number)) {
      if (swipes >= MOST_SWIPES) throw notSeen('another card was swiped instead');
      found = await stripe.read(asking('verifying', 1));
    }
    if (holds(found, order)) return;
  }
  throw new EncoderError('card_refused', 'the stripe does not hold what was written: take another card');
}

/** The card may hold the image or not: to present it again tells. */
function notSeen(why: string): EncoderError {
  return new EncoderError('card_removed', `${why}: swipe the card again`);
}
