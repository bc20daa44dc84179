import { describe, expect, test } from 'vitest';
import { uidOfNumber } from '../../../src/model/card.ts';
import { SimulatedStripe } from '../../benches/msr605/stripe.ts';
import { codeOf, patience, rejectionOf, soon } from '../../contracts/encoder-desk.ts';
import { KeptJournal } from '../../contracts/encoder-site.ts';
import { writtenAs } from '../../contracts/encoder-written.ts';
import { opened } from './opened.ts';

const { site, image, authentic } = writtenAs('magstripe');
const NUMBER = { uid: uidOfNumber(1_234_567_890n), technology: 'magnetic_stripe' };

const numbered = (text = '1234567890=') => new SimulatedStripe(['', text, '']);

describe('a swipe', () => {
  test('that went badly is not presented, and is asked for with the red light', async () => {
    await using at = await opened();
    at.hand.isWilling = false;
    const next = at.encoder.awaitCard(patience());
    await at.hand.armed(true);
    at.msr.swipe(numbered(), 'bad');
    await soon(at.hand.armed(true), 'the second try');
    expect(at.msr.lamps).toBe(0x85);
    at.msr.swipe(numbered());
    expect((await next).card).toEqual(NUMBER);
  });
  test('that went badly twice is presented: the card is bad', async () => {
    await using at = await opened();
    at.hand.isWilling = false;
    const stripe = numbered();
    stripe.scratch(2);
    const next = at.encoder.awaitCard(patience());
    for (let time = 0; time < 2; time++) {
      await soon(at.hand.armed(true), 'a wait for a swipe');
      at.msr.swipe(stripe);
    }
    const card = await next;
    expect(codeOf(await rejectionOf(card.read(patience())))).toBe('card_unsupported');
    const found = await card.inspect(site, patience());
    expect(found.content).toEqual({ kind: 'incomplete' });
  });
  test('that went badly long after another one is not presented', async () => {
    await using at = await opened({ pace: { badPairMs: 1 } });
    at.hand.isWilling = false;
    const next = at.encoder.awaitCard(patience());
    for (let time = 0; time < 3; time++) {
      await soon(at.hand.armed(true), 'a wait for a swipe');
      at.msr.swipe(numbered(), 'bad');
    }
    await soon(at.hand.armed(true), 'a wait for a swipe');
    at.msr.swipe(numbered());
    expect((await next).card).toEqual(NUMBER);
  });
  test('is not read while nobody waits for a card', async () => {
    await using at = await opened();
    expect(at.hand.isArmed).toBe(false);
    at.hand.take(numbered());
    const card = await at.encoder.awaitCard(patience());
    expect(at.hand.isArmed).toBe(false);
    expect(card.card).toEqual(NUMBER);
  });
});

describe('a stripe without a number', () => {
  test('is presented with one that is drawn, and cannot be read before it is written', async () => {
    await using at = await opened();
    at.hand.take(new SimulatedStripe());
    const card = await at.encoder.awaitCard(patience());
    expect(BigInt(`0x${card.card.uid}`).toString()).toMatch(/^[1-9][0-9]{9}$/);
    expect(codeOf(await rejectionOf(card.read(patience())))).toBe('card_unsupported');
    expect((await card.inspect(site, patience())).content).toEqual({ kind: 'blank' });
    await card.write(site, image(1), new KeptJournal(), patience());
    expect(await card.read(patience())).toEqual(card.card);
    expect(await at.encoder.awaitCard(patience())).toBe(card);
  });
});

describe('a payment card', () => {
  test('is refused, and neither told nor logged', async () => {
    await using at = await opened();
    at.hand.isWilling = false;
    at.hand.take(new SimulatedStripe(['B4111111111111111^DOE/JOHN^2912101', '4111111111111111=2912101', '']));
    const refused = await rejectionOf(at.encoder.awaitCard(patience()));
    expect(codeOf(refused)).toBe('card_unsupported');
    expect(String(refused)).toMatch(/payment card/);
    expect(JSON.stringify([String(refused), at.bench.logged])).not.toMatch(/4111|DOE/);
    at.hand.take(numbered());
    expect((await at.encoder.awaitCard(patience())).card).toEqual(NUMBER);
  });
  test('that is swiped where a write waits is not read, and the card is asked for again', async () => {
    await using at = await opened();
    at.hand.isWilling = false;
    const stripe = numbered();
    at.hand.take(stripe);
    const card = await at.encoder.awaitCard(patience());
    const writing = card.write(site, image(1), new KeptJournal(), patience());
    for (const swiped of [stripe, new SimulatedStripe(['', '4111111111111111=2912101', '']), stripe]) {
      await soon(at.hand.armed(true), 'a wait for a swipe');
      at.msr.swipe(swiped);
    }
    await writing;
    expect((await card.inspect(site, patience())).content).toEqual(authentic(1));
  });
});

describe('a cue', () => {
  test('lights the lamp, also of a device that waits for a card', async () => {
    await using at = await opened();
    at.encoder.cue?.('success');
    await expect.poll(() => at.msr.lamps).toBe(0x83);
    const stop = new AbortController();
    const waiting = rejectionOf(at.encoder.awaitCard(stop.signal));
    await at.hand.armed(true);
    at.encoder.cue?.('failure');
    await expect.poll(() => at.msr.lamps).toBe(0x85);
    await soon(at.hand.armed(true), 'the wait for a swipe');
    stop.abort();
    await waiting;
    expect(at.msr.ignored).toEqual([]);
  });
});

describe('closing', () => {
  test('disarms the device before it resolves', async () => {
    await using at = await opened();
    const waiting = rejectionOf(at.encoder.awaitCard(patience()));
    await at.hand.armed(true);
    await at.encoder[Symbol.asyncDispose]();
    expect(codeOf(await waiting)).toBe('device_lost');
    expect(at.msr.arming).toBeUndefined();
  });
  test('and opening again forgets nothing of the card that was torn', async () => {
    await using at = await opened({ pace: { swipeMs: 200 } });
    at.hand.isWilling = false;
    at.hand.take(numbered());
    const card = await at.encoder.awaitCard(patience());
    await rejectionOf(card.write(site, image(1), new KeptJournal(), patience()));
    await at.encoder[Symbol.asyncDispose]();
    await using encoder = await at.bench.driver.open(at.device, patience());
    at.hand.take(new SimulatedStripe());
    expect((await encoder.awaitCard(patience())).card.uid).toBe(NUMBER.uid);
  });
  test('of a driver disarms the device too, and ends a write that waits for a swipe', async () => {
    const at = await opened({ pace: { swipeMs: 3_600_000 } });
    at.hand.isWilling = false;
    at.hand.take(numbered());
    const card = await at.encoder.awaitCard(patience());
    const writing = rejectionOf(card.write(site, image(1), new KeptJournal(), patience()));
    await soon(at.hand.armed(true), 'the wait for a swipe');
    await at[Symbol.asyncDispose]();
    expect(codeOf(await writing)).toBe('device_lost');
    expect(at.msr.arming).toBeUndefined();
  });
});
