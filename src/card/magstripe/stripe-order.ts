import { EncoderError } from '../../encoder/errors.ts';
import { cardNumber } from '../../model/card.ts';
import type { CardImage, CardRecord } from '../../model/card-record.ts';
import { type StripeTemplates, stripeTemplates } from '../../model/stripe-layout.ts';
import type { StripeTrackOrder, StripeTracks } from '../link.ts';
import type { CardWork } from '../program.ts';
import { fieldWidths } from './layout.ts';
import { decodePreimage } from './preimage.ts';
import { isNumberDrawn } from './stripe-number.ts';
import { type StripeTexts, sealToken } from './token.ts';

/**
 * What is to be on the tracks for an image: those that the layout leaves alone stay, unless they were other before the write that is taken back.
 * Throws an EncoderError `card_unsupported` for a record that the layout cannot say.
 */
export function stripeOrder(
  work: CardWork<'magstripe'>,
  tracks: StripeTracks,
  image: CardImage,
): StripeTexts {
  const templates = stripeTemplates(work.settings.layout);
  switch (image.kind) {
    case 'record':
      return tokenOrder(work, tracks, templates, image.record);
    case 'blank': {
      const [track1, track2, track3] = templates;
      const blank = (template: StripeTemplates[number]) => (template === null ? null : '');
      return [blank(track1), blank(track2), blank(track3)];
    }
    case 'previous': {
      const before = decodePreimage(image.preimage);
      const back = (at: 0 | 1 | 2) => orderBack(before[at], tracks[at], templates[at] !== null);
      return [back(0), back(1), back(2)];
    }
  }
}

/** A track as it was; one that could not be read then becomes empty where the layout may have been written over it. */
function orderBack(
  before: StripeTracks[number],
  now: StripeTracks[number],
  isLaid: boolean,
): StripeTrackOrder {
  if (before.kind === 'unreadable') return isLaid ? '' : null;
  const text = before.kind === 'data' ? before.text : '';
  return isLaid || !isOnTrack(now, text) ? text : null;
}

function tokenOrder(
  work: CardWork<'magstripe'>,
  tracks: StripeTracks,
  templates: StripeTemplates,
  record: CardRecord,
): StripeTexts {
  const [newest] = work.keys;
  if (newest === undefined) throw new Error('the site has no keys');
  const widths = fieldWidths(templates);
  const { entrances } = record;
  if (widths.has('entrance') && entrances.length > 1) {
    const message = `the credential has ${entrances.length} entrances, and a stripe of this site names one`;
    throw new EncoderError('card_unsupported', message);
  }
  const number = cardNumber(work.card, 'uid_msb_first');
  const width = widths.get('card_number') ?? 0;
  if (number.length > width) {
    const message = isNumberDrawn(tracks, work.card)
      ? `the number that was drawn for this stripe has ${number.length} digits, and the site's layout has room for ${width}: it needs a wider {card_number}`
      : `the stripe has a number of ${number.length} digits, and this site's cards have ${width} at most: erase it first, so that it gets a new one`;
    throw new EncoderError('card_unsupported', message);
  }
  return sealToken(record, number, templates, newest);
}

/** Whether a stripe holds what was ordered, as far as it was ordered. */
export function holds(tracks: StripeTracks, order: StripeTexts): boolean {
  return tracks.every((track, at) => {
    const text = order[at] ?? null;
    return text === null || isOnTrack(track, text);
  });
}

function isOnTrack(track: StripeTracks[number], text: string): boolean {
  return text === '' ? track.kind === 'empty' : track.kind === 'data' && track.text === text;
}
