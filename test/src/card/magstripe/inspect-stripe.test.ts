import { describe, expect, test } from 'vitest';
import { inspectCard } from '../../../../src/card/card-work.ts';
import { type Card, uidOfNumber } from '../../../../src/model/card.ts';
import type { FormatSettings } from '../../../../src/model/card-format.ts';
import {
  Desk,
  DRAWN,
  EMPTY,
  imageOf,
  KEYS,
  type Magnetised,
  OTHER_KEYS,
  SITE,
  STAY,
  Stripe,
  USUAL,
  WIDE,
} from './stripe-bed.ts';

async function written(layout = USUAL): Promise<Stripe> {
  const stripe = new Stripe(...EMPTY);
  await new Desk(stripe, { layout }).write(imageOf(STAY));
  return stripe;
}

const contentOf = async (texts: Magnetised, layout = USUAL) =>
  (await new Desk(new Stripe(...texts), { layout }).inspect()).content;

/** The same stripe with one character changed. */
function changed(stripe: Stripe, track: number, at: number): Stripe {
  const [one = '', two = '', three = ''] = stripe.texts.map((text, index) => {
    const digit = text?.[at];
    if (index !== track || text == null || digit === undefined) return text;
    return `${text.slice(0, at)}${(Number(digit) + 1) % 10}${text.slice(at + 1)}`;
  });
  return new Stripe(one, two, three);
}

describe('what is on a stripe', () => {
  test('is nothing, whatever lies on the tracks that are not ours', async () => {
    expect(await contentOf(EMPTY)).toEqual({ kind: 'blank' });
    expect(await contentOf(['A', '', '5'])).toEqual({ kind: 'blank' });
  });

  test('is a token with all that the layout has', async () => {
    const found = await new Desk(await written(WIDE), { layout: WIDE }).inspect();
    expect(found).toMatchObject({ keyVersion: 2, capacityBytes: 217 });
    expect(found.content).toEqual({
      kind: 'token',
      standing: 'authentic',
      token: {
        cardNumber: String(DRAWN),
        startsAt: STAY.startsAt,
        endsAt: STAY.endsAt,
        issue: { value: 7, digits: 3 },
        entrance: 12,
      },
    });
  });

  test('is a token and no more than the layout has', async () => {
    const found = await new Desk(await written()).inspect();
    expect(found).toMatchObject({ keyVersion: 2, capacityBytes: 37 });
    expect(found.content).toEqual({
      kind: 'token',
      standing: 'authentic',
      token: { cardNumber: String(DRAWN), startsAt: STAY.startsAt, endsAt: STAY.endsAt },
    });
  });

  test('is a token of another site, under its keys or its name', async () => {
    const stripe = await written();
    for (const site of [{ keys: OTHER_KEYS }, { siteId: '11111111-2222-4333-8444-555555555555' }]) {
      const found = await new Desk(stripe, site).inspect();
      expect(found).toMatchObject({ keyVersion: null, content: { kind: 'token', standing: 'other_site' } });
    }
  });

  test.each([0, 9, 11, 19, 27, 36])('is not believed with the digit at %i changed', async (at) => {
    const found = await new Desk(changed(await written(), 1, at)).inspect();
    expect(found.content).toMatchObject({ kind: 'token', standing: 'other_site' });
  });

  test.each([
    [0, 6],
    [0, 12],
    [1, 3],
    [2, 0],
    [2, 9],
  ])('is not believed with the digit on track index %i at %i changed', async (track, at) => {
    const found = await new Desk(changed(await written(WIDE), track, at), { layout: WIDE }).inspect();
    expect(found.content).toMatchObject({ kind: 'token', standing: 'other_site' });
  });

  test('is not believed under a layout that reads the same characters otherwise', async () => {
    const layout = [null, '{card_number:10}={ends_at}{starts_at}{authentication:10}', null] as const;
    expect((await new Desk(await written(), { layout }).inspect()).content).toMatchObject({
      standing: 'other_site',
    });
  });

  test('is a write that did not end', async () => {
    expect(await contentOf(['', null, ''])).toEqual({ kind: 'incomplete' });
    const [track1 = '', track2 = ''] = (await written(WIDE)).texts;
    expect(await contentOf([track1, track2, ''], WIDE)).toEqual({ kind: 'incomplete' });
    expect(await contentOf([track1, track2, null], WIDE)).toEqual({ kind: 'incomplete' });
    expect(await contentOf(['', track2, ''], WIDE)).toEqual({ kind: 'incomplete' });
  });

  test.each([
    [['', '4111111111111111=2512', ''], USUAL, 'track 2: 21 characters'],
    [
      ['PANE/BURT', '4111111111111111', null],
      USUAL,
      'track 1: 9 characters, track 2: 16 digits, track 3: unreadable',
    ],
    [['', '1', ''], USUAL, 'track 2: 1 digit'],
    [['', '5550001234=0337368003373680123456789', ''], USUAL, 'track 2: 36 characters'],
    [['', '5550001234=033736800337368012345678901', ''], USUAL, 'track 2: 38 characters'],
    [
      ['HOTEL^007/00012', '5550001234=03373680', 'X'],
      WIDE,
      'track 1: 15 characters, track 2: 19 characters, track 3: 1 character',
    ],
  ] as const)('is something else, which is not told: %j', async (texts, layout, description) => {
    expect(await contentOf(texts, layout)).toEqual({ kind: 'foreign', description });
  });

  test('is no token with an entrance that there cannot be', async () => {
    const layout = [null, '{card_number}={entrance}{authentication}', null] as const;
    const texts = (entrance: string) => ['', `0000000042=${entrance}0000000000`, ''] as const;
    expect(await contentOf(texts('65536'), layout)).toMatchObject({ kind: 'foreign' });
    expect(await contentOf(texts('65535'), layout)).toMatchObject({ token: { entrance: 65_535 } });
    expect(await contentOf(texts('00000'), layout)).toMatchObject({ token: { entrance: null } });
  });

  test('is told track by track, without a character of it', async () => {
    const { facts } = await new Desk(new Stripe('PANE/BURT', '', null)).inspect();
    expect(facts).toEqual([
      ['Track 1', '9 characters'],
      ['Track 2', 'empty'],
      ['Track 3', 'unreadable'],
      ['Number', 'none on the stripe yet'],
      ['Security', expect.stringMatching(/^a magnetic stripe can be copied by anybody/)],
    ]);
  });
});

describe('the number of a card', () => {
  const sites: readonly { readonly format: FormatSettings }[] = [
    { format: { format: 'magstripe', layout: USUAL } },
    { format: { format: 'uid_only' } },
    { format: { format: 'ntag', isPasswordProtected: false } },
  ];

  const inspected = (texts: Magnetised, format: FormatSettings) => {
    const { tracks } = new Stripe(...texts);
    const card: Card = { uid: uidOfNumber(DRAWN), technology: 'magnetic_stripe' };
    const never = () => Promise.reject(new Error('nobody swipes'));
    const stripe = { tracks, write: never, read: never };
    return inspectCard({ stripe }, card, { siteId: SITE, formats: [format], keys: KEYS });
  };

  test.each(sites)('was drawn for a stripe that has none ($format.format)', async ({ format }) => {
    expect(await inspected(['', '', ''], format)).toMatchObject({ isNumberDrawn: true });
    expect(await inspected(['55', '=1', null], format)).toMatchObject({ isNumberDrawn: true });
  });

  test.each([
    ['', '5550001234', ''],
    ['', '0005550001234=1', '7'],
    ['', '', '5550001234'],
    ['', '7', '5550001234=1'],
  ] as const)('is on a stripe: %s %s %s', async (...texts) => {
    for (const { format } of sites) {
      expect(await inspected(texts, format)).not.toHaveProperty('isNumberDrawn');
    }
  });
});
