import { describe, expect, test } from 'vitest';
import type { CardEncoder, PresentedCard } from '../../../src/encoder/contract.ts';
import type { CardImage } from '../../../src/model/card-record.ts';
import { SimulatedStripe } from '../../benches/msr605/stripe.ts';
import { codeOf, fires, patience, rejectionOf, soon } from '../../contracts/encoder-desk.ts';
import { KeptJournal } from '../../contracts/encoder-site.ts';
import { writtenAs } from '../../contracts/encoder-written.ts';
import { opened } from './opened.ts';

const { site, image, authentic, blank } = writtenAs('magstripe');

type Desk = Awaited<ReturnType<typeof opened>>;

/** A card that was swiped, and a write that waits for it. */
async function begun(at: Desk, stripe: SimulatedStripe, wanted: CardImage = image(1), signal = patience()) {
  at.hand.isWilling = false;
  at.hand.take(stripe);
  const card = await at.encoder.awaitCard(patience());
  const journal = new KeptJournal();
  const writing = card.write(site, wanted, journal, signal);
  writing.catch(() => {});
  await soon(at.hand.armed(true), 'the wait for the first swipe');
  return { card, journal, writing };
}

async function swipe(at: Desk, stripe: SimulatedStripe, hand: 'good' | 'bad' = 'good') {
  await soon(at.hand.armed(true), 'a wait for a swipe');
  const armingNow = at.msr.arming?.kind;
  at.msr.swipe(stripe, hand);
  return armingNow;
}

const numbered = (text = '1234567890=') => new SimulatedStripe(['', text, '']);

async function next(encoder: CardEncoder, at: Desk, stripe: SimulatedStripe): Promise<PresentedCard> {
  at.hand.take(stripe);
  return encoder.awaitCard(patience());
}

describe('a write', () => {
  test('arms the device to write for one swipe, and to read for the next', async () => {
    await using at = await opened();
    const stripe = numbered();
    const { card, writing } = await begun(at, stripe);
    expect(await swipe(at, stripe)).toBe('write_iso');
    expect(await swipe(at, stripe)).toBe('read_iso');
    await writing;
    expect((await card.inspect(site, patience())).content).toEqual(authentic(1));
  });
  test('of nothing erases the track', async () => {
    await using at = await opened();
    const stripe = numbered();
    const { writing } = await begun(at, stripe, blank);
    expect(at.msr.arming).toEqual({ kind: 'erase', tracks: [1] });
    await swipe(at, stripe);
    await swipe(at, stripe);
    await writing;
    expect(stripe.read(2)).toBe('empty');
  });
  test('asks again, and with the red light, when the swipe went badly', async () => {
    await using at = await opened();
    const stripe = numbered();
    const { card, journal, writing } = await begun(at, stripe);
    const asked = journal.notes.length;
    await swipe(at, stripe, 'bad');
    expect(await swipe(at, stripe)).toBe('write_iso');
    expect(journal.notes.length).toBeGreaterThan(asked);
    expect(at.msr.lamps).toBe(0x85);
    await swipe(at, stripe, 'bad');
    expect(await swipe(at, stripe)).toBe('read_iso');
    await writing;
    expect((await card.inspect(site, patience())).content).toEqual(authentic(1));
  });
  test('that waits for another one sees what that one left', async () => {
    await using at = await opened();
    const stripe = numbered();
    at.hand.take(stripe);
    const card = await at.encoder.awaitCard(patience());
    await card.write(site, image(1), new KeptJournal(), patience());
    const [, back] = await Promise.all([
      card.write(site, image(2), new KeptJournal(), patience()),
      card.write(site, image(1), new KeptJournal(), patience()).then(() => stripe.read(2)),
    ]);
    expect((await card.inspect(site, patience())).content).toEqual(authentic(1));
    expect(back).toEqual(stripe.read(2));
  });
  test('asks every now and then while nobody swipes', async () => {
    await using at = await opened({ pace: { askMs: 20, swipeMs: 400 } });
    const { journal, writing } = await begun(at, numbered());
    expect(codeOf(await rejectionOf(writing))).toBe('card_removed');
    expect(journal.notes.length).toBeGreaterThan(5);
    for (const note of journal.notes)
      expect(note).toEqual({ phase: 'writing', done: 0, total: 2, awaitsSwipe: true });
  });
  test('that nobody swipes for leaves the device disarmed and the card as it was', async () => {
    await using at = await opened({ pace: { swipeMs: 200 } });
    const stripe = numbered();
    const { card, writing } = await begun(at, stripe);
    const error = await rejectionOf(writing);
    expect(codeOf(error)).toBe('card_removed');
    expect(String(error)).toMatch(/nobody swiped/);
    await fires(card.removed, '`removed`');
    expect(at.msr.swipe(stripe)).toBe(false);
    expect(stripe.read(2)).toEqual({ text: '1234567890=' });
  });
  test('is given up before the device is armed when the first asking says so', async () => {
    await using at = await opened();
    at.hand.isWilling = false;
    at.hand.take(numbered());
    const card = await at.encoder.awaitCard(patience());
    const reason = new Error('the daemon wants no more');
    const armings: unknown[] = [];
    const { onArming } = at.msr;
    at.msr.onArming = (arming) => {
      armings.push(arming);
      onArming(arming);
    };
    const journal = {
      note: () => {
        throw reason;
      },
    };
    expect(await rejectionOf(card.write(site, image(1), journal, patience()))).toBe(reason);
    expect(armings).toEqual([]);
  });
  test('is given up, and the device disarmed, when a later asking says so', async () => {
    await using at = await opened({ pace: { askMs: 20 } });
    at.hand.isWilling = false;
    at.hand.take(numbered());
    const card = await at.encoder.awaitCard(patience());
    const reason = new Error('the daemon wants no more');
    let asked = 0;
    const journal = {
      note: () => {
        asked += 1;
        if (asked > 2) throw reason;
      },
    };
    expect(await rejectionOf(card.write(site, image(1), journal, patience()))).toBe(reason);
    expect(at.msr.arming).toBeUndefined();
    await fires(card.removed, '`removed`');
  });
  test('on a card that the field is too weak for never resolves', async () => {
    await using at = await opened({ options: { coercivity: 'low' } });
    const stripe = numbered();
    const { writing } = await begun(at, stripe);
    const ends = rejectionOf(writing);
    for (let swipes = 0; swipes < 4; swipes++) await swipe(at, stripe);
    expect(codeOf(await ends)).toBe('card_refused');
    expect(stripe.read(2)).toEqual({ text: '1234567890=' });
  });
});

describe('a card that was torn in a write', () => {
  const UNFINISHED: readonly (readonly [string, (stripe: SimulatedStripe) => void])[] = [
    ['blank', (stripe) => stripe.tracks.fill('')],
    ['half written', (stripe) => stripe.scratch(2)],
    ['written', () => {}],
  ];
  test.each(UNFINISHED)('and is %s then is known again, and can be written', async (_what, spoil) => {
    await using at = await opened({ pace: { swipeMs: 400 } });
    const stripe = numbered();
    const { card, writing } = await begun(at, stripe);
    await swipe(at, stripe);
    expect(codeOf(await rejectionOf(writing))).toBe('card_removed');
    spoil(stripe);
    at.hand.isWilling = true;
    const again = await next(at.encoder, at, stripe);
    expect(again).not.toBe(card);
    expect(again.card).toEqual(card.card);
    await again.write(site, image(2), new KeptJournal(), patience());
    expect((await again.inspect(site, patience())).content).toEqual(authentic(2));
  });
});

test('a write leaves the tracks alone that the layout does not name', async () => {
  await using at = await opened();
  const stripe = new SimulatedStripe(['HELLO', '1234567890=', '77']);
  const { card, writing } = await begun(at, stripe);
  await swipe(at, stripe);
  await swipe(at, stripe);
  await writing;
  expect([stripe.read(1), stripe.read(3)]).toEqual([{ text: 'HELLO' }, { text: '77' }]);
  expect((await card.inspect(site, patience())).content).toEqual(authentic(1));
});
