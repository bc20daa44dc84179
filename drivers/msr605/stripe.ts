import type { StripeTrack, StripeTrackOrder, StripeTracks } from '../../src/card/link.ts';
import { numberOnStripe } from '../../src/card/magstripe/stripe-number.ts';
import type { ReadTrack } from './codec/answer.ts';
import { isTrackText, type OfTracks } from './codec/block.ts';

const SENTINELS = ['%', ';', ';'] as const;

const EMPTY = { kind: 'empty' } as const;

/** What ISO reading passed on, as the card programs want it. Characters that do not stand between sentinels are no track. */
export function stripeTracks([one, two, three]: OfTracks<ReadTrack>): StripeTracks {
  return [stripeTrack(one, 0), stripeTrack(two, 1), stripeTrack(three, 2)];
}

/** A stripe on which nothing but this was written. */
export function stripeWith([one, two, three]: OfTracks<StripeTrackOrder>): StripeTracks {
  const track = (text: StripeTrackOrder): StripeTrack => (text ? { kind: 'data', text } : EMPTY);
  return [track(one), track(two), track(three)];
}

/**
 * Whether the swipe is to be believed: the number was read from track 2, or nothing on the card is unreadable. Other tracks may be unreadable for good, because they
 * were written by other rules than ISO/IEC 7811.
 */
export function isGoodRead(tracks: StripeTracks): boolean {
  const isNumberRead = numberOnStripe([EMPTY, tracks[1], EMPTY]) !== null;
  return isNumberRead || tracks.every(({ kind }) => kind !== 'unreadable');
}

function stripeTrack(track: ReadTrack, at: number): StripeTrack {
  if (track.kind !== 'data') return track;
  const characters = Buffer.from(track.bytes).toString('latin1');
  const text = characters.slice(1, -1);
  const isWhole =
    characters.length >= 2 && characters.startsWith(SENTINELS[at] ?? '') && characters.endsWith('?');
  return isWhole && isTrackText(text, at) ? { kind: 'data', text } : { kind: 'unreadable' };
}
