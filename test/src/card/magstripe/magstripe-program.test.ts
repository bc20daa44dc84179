import { describe, expect, test } from 'vitest';
import { magstripeProgram } from '../../../../src/card/magstripe/magstripe-program.ts';
import { uidOfNumber } from '../../../../src/model/card.ts';
import {
  BLANK,
  Desk,
  EMPTY,
  encoded,
  imageOf,
  KEYS,
  OLD_KEYS,
  SITE,
  STAY,
  Stripe,
  spoil,
  swipe,
  USUAL,
  WIDE,
} from './stripe-bed.ts';

const writing = { phase: 'writing', done: 0, total: 2, awaitsSwipe: true } as const;
const verifying = { phase: 'verifying', done: 1, total: 2, awaitsSwipe: true } as const;
const held = { phase: 'verifying', done: 2, total: 2 } as const;

describe('a write', () => {
  test('takes two swipes, each asked for before it and while it is awaited', async () => {
    const stripe = new Stripe(...EMPTY);
    const desk = new Desk(stripe);
    await desk.write(imageOf(STAY));
    expect(desk.swipes).toEqual(['write', 'read']);
    expect(desk.notes).toEqual([writing, writing, verifying, verifying, held]);
    expect(stripe.texts[1]).toMatch(/^5550001234=\d{26}$/);
    expect((await desk.inspect()).content).toMatchObject({
      kind: 'token',
      standing: 'authentic',
      token: { cardNumber: '5550001234', startsAt: STAY.startsAt, endsAt: STAY.endsAt },
    });
  });

  test('takes no swipe where the stripe holds the image since it was presented, and is noted all the same', async () => {
    const stripe = await encoded();
    const desk = new Desk(stripe);
    await desk.write(imageOf(STAY));
    expect(desk.swipes).toEqual([]);
    expect(desk.notes).toEqual([held]);
  });

  test('keeps the number that the stripe has, and fills it up with zeros', async () => {
    const stripe = new Stripe('', '42', '');
    await new Desk(stripe).write(imageOf(STAY));
    expect(stripe.texts[1]).toMatch(/^0000000042=/);
  });

  test('leaves the tracks alone that the layout leaves alone', async () => {
    const stripe = new Stripe('BONUS CARD^17', '', '99=1');
    await new Desk(stripe).write(imageOf(STAY));
    expect(stripe.texts).toEqual(['BONUS CARD^17', expect.stringMatching(/^0000000099=/), '99=1']);
    await new Desk(stripe).write(BLANK);
    expect(stripe.texts).toEqual(['BONUS CARD^17', '', '99=1']);
  });

  test('is by the newest keys, and renews a stripe with older ones', async () => {
    const stripe = await encoded(STAY, { keys: OLD_KEYS });
    const desk = new Desk(stripe);
    expect(await desk.inspect()).toMatchObject({ keyVersion: 1, content: { standing: 'authentic' } });
    await desk.write(imageOf(STAY));
    expect(desk.swipes).toEqual(['write', 'read']);
    expect(await desk.inspect()).toMatchObject({ keyVersion: 2, content: { standing: 'authentic' } });
  });

  test.each([
    ['nothing', EMPTY],
    ['what was there', ['', '5550001234=1', ''] as const],
    ['a track that cannot be read', ['', null, ''] as const],
  ])('that leaves %s is made once more', async (_, left) => {
    const stripe = new Stripe(...EMPTY);
    const desk = new Desk(stripe, {}, [spoil(left)]);
    await desk.write(imageOf(STAY));
    expect(desk.swipes).toEqual(['write', 'read', 'write', 'read']);
    expect((await desk.inspect()).content).toMatchObject({ standing: 'authentic' });
  });

  test('that fails twice is refused', async () => {
    const stripe = new Stripe(...EMPTY);
    const desk = new Desk(stripe, {}, [spoil(EMPTY), swipe(), spoil(EMPTY)]);
    await expect(desk.write(imageOf(STAY))).rejects.toMatchObject({
      code: 'card_refused',
      message: 'the stripe does not hold what was written: take another card',
    });
    expect(desk.swipes).toEqual(['write', 'read', 'write', 'read']);
  });

  test('that is not aborted by its first note alone arms nothing', async () => {
    const stripe = new Stripe(...EMPTY);
    const desk = new Desk(stripe);
    const reason = new Error('the request was cancelled');
    const note = () => {
      throw reason;
    };
    await expect(desk.write(imageOf(STAY), { note })).rejects.toBe(reason);
    expect(desk.swipes).toEqual([]);
    expect(stripe.texts).toEqual(EMPTY);
  });

  test('wants an encoder that can write', async () => {
    const card = { uid: uidOfNumber(42n), technology: 'magnetic_stripe' } as const;
    const settings = { format: 'magstripe', layout: USUAL } as const;
    const work = { link: {}, card, siteId: SITE, keys: KEYS, settings };
    const refused = { code: 'card_unsupported' };
    await expect(magstripeProgram.inspect(work)).rejects.toMatchObject(refused);
    await expect(magstripeProgram.write(work, BLANK, { note: () => {} })).rejects.toMatchObject(refused);
  });
});

describe('another card that is swiped to read back', () => {
  const another = () => new Stripe('', '0000000077=1', '');

  test('is asked to be the right one, up to three times in all', async () => {
    const desk = new Desk(new Stripe(...EMPTY), {}, [swipe(), swipe(another()), swipe(another())]);
    await desk.write(imageOf(STAY));
    expect(desk.swipes).toEqual(['write', 'read', 'read', 'read']);
  });

  test('the third time ends it: the card may hold the image', async () => {
    const stripe = new Stripe(...EMPTY);
    const hands = [swipe(), swipe(another()), swipe(another()), swipe(another())];
    const desk = new Desk(stripe, {}, hands);
    await expect(desk.write(imageOf(STAY))).rejects.toMatchObject({
      code: 'card_removed',
      message: 'another card was swiped instead: swipe the card again',
    });
    const again = new Desk(stripe);
    await again.write(imageOf(STAY));
    expect(again.swipes).toEqual([]);
  });

  test('and then a stripe that does not hold it, ends it: a write could not be read back any more', async () => {
    const stripe = new Stripe(...EMPTY);
    const desk = new Desk(stripe, {}, [spoil(EMPTY), swipe(another()), swipe()]);
    await expect(desk.write(imageOf(STAY))).rejects.toMatchObject({ code: 'card_removed' });
    expect(desk.swipes).toEqual(['write', 'read', 'read']);
    expect(stripe.texts).toEqual(EMPTY);
  });

  test('is known from one that carries the token on track 2 and a number of its own on track 3', async () => {
    const stripe = new Stripe('', '5550001234', '77');
    const desk = new Desk(stripe);
    await desk.write(imageOf(STAY));
    expect(desk.swipes).toEqual(['write', 'read']);
  });
});

describe('a stripe', () => {
  test('with a longer number than the layout has room for is refused before anything is noted', async () => {
    const stripe = new Stripe('', '4111111111111111=2512', '');
    const desk = new Desk(stripe);
    await expect(desk.write(imageOf(STAY))).rejects.toMatchObject({
      code: 'card_unsupported',
      message:
        "the stripe has a number of 16 digits, and this site's cards have 10 at most: erase it first, so that it gets a new one",
    });
    expect([desk.notes, desk.swipes]).toEqual([[], []]);
    await desk.write(BLANK);
    await desk.write(imageOf(STAY));
    expect(stripe.texts[1]).toMatch(/^5550001234=/);
  });

  test('without a number cannot have one that is longer than the layout', async () => {
    const layout = [null, '{card_number:6}={authentication}', null] as const;
    const desk = new Desk(new Stripe(...EMPTY), { layout });
    await expect(desk.write(imageOf(STAY))).rejects.toMatchObject({
      code: 'card_unsupported',
      message: expect.stringContaining('it needs a wider {card_number}'),
    });
  });

  test('names one entrance or none, where the layout names it', async () => {
    const on = (entrances: readonly number[]) =>
      new Desk(new Stripe(...EMPTY), { layout: WIDE }).write(imageOf({ ...STAY, entrances }));
    await on([]);
    await on([65_535]);
    await expect(on([1, 2])).rejects.toMatchObject({
      code: 'card_unsupported',
      message: 'the credential has 2 entrances, and a stripe of this site names one',
    });
    await encoded({ ...STAY, entrances: [1, 2, 3] });
  });
});
