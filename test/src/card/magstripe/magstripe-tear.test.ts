import { describe, expect, test } from 'vitest';
import {
  Desk,
  EMPTY,
  encoded,
  type Hand,
  imageOf,
  LATER,
  nothing,
  STAY,
  Stripe,
  spoil,
  swipe,
  USUAL,
  WIDE,
} from './stripe-bed.ts';

describe('a card that is taken away', () => {
  const image = imageOf(LATER);

  /** Everything that a person can do to the two swipes and then leave. */
  const tears: readonly (readonly [string, readonly Hand[]])[] = [
    ['before it is written', [nothing]],
    ['before it is read back', [swipe(), nothing]],
    ['half written', [spoil(['', null, '']), nothing]],
    ['blank, as the write failed', [spoil(EMPTY), nothing]],
    ['after the first write failed', [spoil(EMPTY), swipe(), nothing]],
    ['after the second write', [spoil(EMPTY), swipe(), swipe(), nothing]],
  ];

  test.each(tears)('%s is finished when it is presented again', async (_, hands) => {
    const stripe = await encoded();
    const torn = new Desk(stripe, {}, hands);
    await expect(torn.write(image)).rejects.toMatchObject({ code: 'card_removed' });
    const again = new Desk(stripe);
    await again.write(image);
    await expect(again.inspect()).resolves.toMatchObject({
      content: { kind: 'token', standing: 'authentic', token: { endsAt: LATER.endsAt } },
    });
  });

  test.each(tears)('%s is put back as it was', async (_, hands) => {
    const before = ['A', '0000004711=99', '5'] as const;
    const stripe = new Stripe(...before);
    const { preimage } = await new Desk(stripe).inspect();
    const torn = new Desk(stripe, { layout: WIDE }, hands);
    await expect(torn.write(imageOf(STAY))).rejects.toMatchObject({ code: 'card_removed' });
    await new Desk(stripe, { layout: WIDE }).write({ kind: 'previous', format: 'magstripe', preimage });
    expect(stripe.texts).toEqual(before);
  });

  test('and put back, has the tracks that only a former layout wrote as they were, too', async () => {
    const stripe = new Stripe('A', '4711', '');
    const { preimage } = await new Desk(stripe).inspect();
    await new Desk(stripe, { layout: WIDE }).write(imageOf(STAY));
    await new Desk(stripe, { layout: USUAL }).write({ kind: 'previous', format: 'magstripe', preimage });
    expect(stripe.texts).toEqual(['A', '4711', '']);
  });

  test('and put back, has a blank track where one could not be read', async () => {
    const stripe = new Stripe(null, null, '4711');
    const { preimage } = await new Desk(stripe).inspect();
    await new Desk(stripe).write(imageOf(STAY));
    await new Desk(stripe).write({ kind: 'previous', format: 'magstripe', preimage });
    expect(stripe.texts).toEqual([null, '', '4711']);
  });
});

describe('tracks of which some are written and others erased, which takes two swipes,', () => {
  const torn = async () => {
    const stripe = new Stripe('A', '4711', '');
    const { preimage } = await new Desk(stripe).inspect();
    await new Desk(stripe, { layout: WIDE }).write(imageOf(STAY));
    return { stripe, image: { kind: 'previous', format: 'magstripe', preimage } as const };
  };

  test('are read back twice at most', async () => {
    const { stripe, image } = await torn();
    const another = new Stripe('', '77', '');
    const desk = new Desk(stripe, { layout: WIDE }, [swipe(), swipe(another), swipe()]);
    await desk.write(image);
    expect(desk.swipes).toEqual(['write', 'read', 'read']);
    const late = await torn();
    const others = new Desk(late.stripe, { layout: WIDE }, [swipe(), swipe(another), swipe(another)]);
    await expect(others.write(late.image)).rejects.toMatchObject({ code: 'card_removed' });
    expect(others.swipes).toEqual(['write', 'read', 'read']);
  });

  test('are not written once more: that could not be read back in time', async () => {
    const { stripe, image } = await torn();
    const desk = new Desk(stripe, { layout: WIDE }, [spoil(EMPTY)]);
    await expect(desk.write(image)).rejects.toMatchObject({
      code: 'card_removed',
      message: 'the stripe does not hold what was written: swipe the card again',
    });
    expect(desk.swipes).toEqual(['write', 'read']);
  });
});

test('a preimage of something else is refused', async () => {
  const stripe = new Stripe('A', '4711', '');
  const { preimage } = await new Desk(stripe).inspect();
  const bad = [
    new Uint8Array(0),
    Uint8Array.of(2, ...preimage.slice(1)),
    preimage.slice(0, -1),
    Uint8Array.of(...preimage, 0),
    Uint8Array.of(1, 9),
    Uint8Array.of(1, 0, 0, 5, 0x31),
  ];
  for (const one of bad) {
    const desk = new Desk(stripe);
    await expect(desk.write({ kind: 'previous', format: 'magstripe', preimage: one })).rejects.toMatchObject({
      code: 'card_unsupported',
    });
    expect(desk.swipes).toEqual([]);
  }
});
