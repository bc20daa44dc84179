import type { CardSite } from '../../src/card/program.ts';
import type { CardFaults } from '../../src/encoder/contract.ts';
import { cardNumber, uidOfNumber } from '../../src/model/card.ts';
import type { CardImage } from '../../src/model/card-record.ts';
import type { ContractCard } from './encoder-options.ts';
import { imageOf, recordOf, SITE } from './encoder-site.ts';

/** Cards that can be written, and what the suite writes on them. */
export interface Written {
  readonly site: CardSite;
  readonly card: ContractCard;
  readonly other: ContractCard;
  /** What is on a card that was never written, as far as it is known: part of a CardContent. */
  readonly untouched: object;
  /** What is to be on `card`: another image for each number from 1. */
  image(number: number): CardImage;
  /** What is to be found on `card` then: part of a CardContent. */
  authentic(number: number): object;
  readonly blank: CardImage;
  /** Whether each pass over the card is a swipe by hand. */
  readonly isSwiped: boolean;
  /** What no log may hold, besides the keys. */
  readonly secrets: readonly string[];
  /** Faults that make work slow enough for a hand to come in between, over a process too; none where cards have no exchanges. */
  readonly slowly: { readonly faults?: CardFaults };
}

const NTAG: Written = {
  site: SITE,
  card: { technology: 'ntag215', uid: '04B1C2D3E4F560' },
  other: { technology: 'ntag215', uid: '0455667788AABB' },
  untouched: { kind: 'blank' },
  image: imageOf,
  authentic: (number) => ({ kind: 'record', record: recordOf(number), standing: 'authentic' }),
  blank: { kind: 'blank', format: 'ntag' },
  isSwiped: false,
  secrets: ['04B1C2D3E4F560'],
  slowly: { faults: { delayMs: 15 } },
};

/** Two months of 2026, in whole minutes as a stripe keeps them. */
const FROM = Date.UTC(2026, 8, 10, 12, 30);
const UNTIL = Date.UTC(2026, 9, 10, 11, 0);
const MINUTE_MS = 60_000;

const STRIPE: ContractCard = { technology: 'magnetic_stripe', uid: uidOfNumber(1_234_567_890n) };

/** A token has no room for the credential's counter here: its end tells the images apart. */
const tokenTimes = (number: number) => ({ startsAt: FROM, endsAt: UNTIL + number * MINUTE_MS });

const MAGSTRIPE: Written = {
  site: {
    ...SITE,
    formats: [
      {
        format: 'magstripe',
        layout: [null, '{card_number:10}={starts_at}{ends_at}{authentication:10}', null],
      },
    ],
  },
  card: STRIPE,
  other: { technology: 'magnetic_stripe', uid: uidOfNumber(2_718_281_828n) },
  // A card that has a number has it somewhere, where it may be foreign to the format.
  untouched: {},
  image: (number) => ({
    kind: 'record',
    format: 'magstripe',
    record: { ...recordOf(number), ...tokenTimes(number) },
  }),
  authentic: (number) => ({
    kind: 'token',
    standing: 'authentic',
    token: { cardNumber: cardNumber(STRIPE, 'uid_msb_first'), ...tokenTimes(number) },
  }),
  blank: { kind: 'blank', format: 'magstripe' },
  isSwiped: true,
  secrets: [STRIPE.uid, cardNumber(STRIPE, 'uid_msb_first')],
  slowly: {},
};

/** What is written by an encoder of the contract's options. */
export function writtenAs(format: 'ntag' | 'magstripe'): Written {
  return format === 'ntag' ? NTAG : MAGSTRIPE;
}
