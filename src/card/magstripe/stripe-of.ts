import { EncoderError } from '../../encoder/errors.ts';
import type { StripeLink } from '../link.ts';
import type { CardWork } from '../program.ts';

/** The stripe of a card. Throws an EncoderError `card_unsupported` where the reader tells no more than its number. */
export function stripeOf({ link }: CardWork<'magstripe'>): StripeLink {
  if (link.stripe !== undefined) return link.stripe;
  const message = 'this reader tells the number of a magnetic stripe and no more';
  throw new EncoderError('card_unsupported', message);
}
