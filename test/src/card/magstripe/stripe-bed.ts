import type { StripeLink, StripeTrack, StripeTrackOrder, StripeTracks } from '../../../../src/card/link.ts';
import { magstripeProgram } from '../../../../src/card/magstripe/magstripe-program.ts';
import { numberOnStripe } from '../../../../src/card/magstripe/stripe-number.ts';
import type { CardWork, WriteJournal } from '../../../../src/card/program.ts';
import type { SiteKeys } from '../../../../src/card/site-keys.ts';
import { EncoderError } from '../../../../src/encoder/errors.ts';
import { type Card, uidOfNumber } from '../../../../src/model/card.ts';
import type { StripeLayout } from '../../../../src/model/card-format.ts';
import type { CardImage, CardRecord, WriteProgress } from '../../../../src/model/card-record.ts';
import { siteKeyVersion } from '../site-key-version.ts';

export const SITE = '6f9e0c1d-8b7a-4f52-9e63-1c2d3e4f5a6b';
/** The site after a rotation: the newest first. */
export const KEYS: SiteKeys = [siteKeyVersion(2), siteKeyVersion(1)];
export const OLD_KEYS: SiteKeys = [siteKeyVersion(1)];
export const OTHER_KEYS: SiteKeys = [siteKeyVersion(7)];

export const USUAL: StripeLayout = [null, '{card_number:10}={starts_at}{ends_at}{authentication:10}', null];

/** Every field, on all three tracks. */
export const WIDE: StripeLayout = [
  'HOTEL^{issue:3}/{entrance}',
  '{card_number}={starts_at}',
  '{ends_at}:{authentication:16}',
];

export const STAY: CardRecord = {
  siteId: SITE,
  credentialId: '0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9',
  issueCounter: 7,
  startsAt: Date.UTC(2026, 5, 1, 13),
  endsAt: Date.UTC(2026, 5, 5, 9),
  entrances: [12],
  replacesLostCard: false,
};

export const LATER: CardRecord = { ...STAY, issueCounter: 8, endsAt: Date.UTC(2026, 5, 7, 9) };

/** What drivers draw for a stripe without a number. */
export const DRAWN = 5_550_001_234n;

export const BLANK: CardImage = { kind: 'blank', format: 'magstripe' };

export const imageOf = (record: CardRecord): CardImage => ({ kind: 'record', format: 'magstripe', record });

/** Three tracks, '' for an empty one, null for one that cannot be read. */
export type Magnetised = readonly [string | null, string | null, string | null];

export const EMPTY: Magnetised = ['', '', ''];

/** A card with a stripe that remembers. */
export class Stripe {
  tracks: StripeTracks;

  constructor(...texts: Magnetised) {
    this.tracks = tracksOf(texts);
  }

  get texts(): readonly (string | null)[] {
    return this.tracks.map((track) =>
      track.kind === 'unreadable' ? null : track.kind === 'data' ? track.text : '',
    );
  }

  write(order: readonly StripeTrackOrder[]): void {
    const [track1, track2, track3] = this.tracks;
    this.tracks = [written(track1, order[0]), written(track2, order[1]), written(track3, order[2])];
  }
}

function written(before: StripeTrack, order: StripeTrackOrder | undefined): StripeTrack {
  return order == null ? before : trackOf(order);
}

function tracksOf([track1, track2, track3]: Magnetised): StripeTracks {
  return [trackOf(track1), trackOf(track2), trackOf(track3)];
}

function trackOf(text: string | null): StripeTrack {
  if (text === null) return { kind: 'unreadable' };
  return text === '' ? { kind: 'empty' } : { kind: 'data', text };
}

/** What the person does when a swipe is asked for: swipes this card, or another one, or spoils what is written on it, or does nothing for 15 s. */
export type Hand =
  | { readonly does: 'swipe'; readonly stripe?: Stripe }
  /** What was to be written does not stick; these tracks are on it then. */
  | { readonly does: 'spoil'; readonly leaves: Magnetised }
  | { readonly does: 'nothing' };

export const swipe = (stripe?: Stripe): Hand =>
  stripe === undefined ? { does: 'swipe' } : { does: 'swipe', stripe };
export const spoil = (leaves: Magnetised): Hand => ({ does: 'spoil', leaves });
export const nothing: Hand = { does: 'nothing' };

export interface Site {
  readonly siteId?: string;
  readonly keys?: SiteKeys;
  readonly layout?: StripeLayout;
}

/** An encoder through which one card was just swiped; what the person does next is told beforehand, and after that the card is swiped each time. */
export class Desk {
  readonly notes: WriteProgress[] = [];
  /** What was done with swipes, in order. */
  readonly swipes: ('write' | 'read')[] = [];
  readonly #stripe: Stripe;
  readonly #site: Site;
  readonly #hands: Hand[];

  constructor(stripe: Stripe, site: Site = {}, hands: readonly Hand[] = []) {
    this.#stripe = stripe;
    this.#site = site;
    this.#hands = [...hands];
  }

  inspect() {
    return magstripeProgram.inspect(this.#work());
  }

  /** Each call is another presentation of the card. */
  write(image: CardImage, journal: WriteJournal = { note: () => {} }): Promise<void> {
    const note = (progress: WriteProgress) => {
      this.notes.push(progress);
      journal.note(progress);
    };
    return magstripeProgram.write(this.#work(), image, { note });
  }

  #work(): CardWork<'magstripe'> {
    const { siteId = SITE, keys = KEYS, layout = USUAL } = this.#site;
    const { tracks } = this.#stripe;
    const number = numberOnStripe(tracks);
    const card: Card = {
      uid: uidOfNumber(number === null ? DRAWN : BigInt(number)),
      technology: 'magnetic_stripe',
    };
    const settings = { format: 'magstripe', layout } as const;
    return { link: { stripe: this.#link(tracks) }, card, siteId, keys, settings };
  }

  #link(presented: StripeTracks): StripeLink {
    const link = {
      tracks: presented,
      write: async (order: readonly StripeTrackOrder[], asking: () => void) => {
        const hand = this.#ask('write', asking);
        const stripe = hand.stripe ?? this.#stripe;
        if (hand.does === 'spoil') stripe.tracks = tracksOf(hand.leaves);
        else stripe.write(order);
      },
      read: async (asking: () => void) => {
        const hand = this.#ask('read', asking);
        const { tracks } = hand.stripe ?? this.#stripe;
        link.tracks = tracks;
        return tracks;
      },
    };
    return link;
  }

  #ask(
    what: 'write' | 'read',
    asking: () => void,
  ): { does: 'swipe' | 'spoil'; stripe?: Stripe; leaves: Magnetised } {
    const hand = this.#hands.shift() ?? swipe();
    // Once before the encoder is armed, and again while nobody swipes.
    for (let count = 0; count < (hand.does === 'nothing' ? 5 : 2); count += 1) asking();
    if (hand.does === 'nothing') throw new EncoderError('card_removed', 'nobody swiped the card within 15 s');
    this.swipes.push(what);
    return { leaves: EMPTY, ...hand };
  }
}

/** A stripe that carries a stay, as the desk writes it. */
export async function encoded(record = STAY, site: Site = {}): Promise<Stripe> {
  const stripe = new Stripe(...EMPTY);
  await new Desk(stripe, site).write(imageOf(record));
  return stripe;
}
