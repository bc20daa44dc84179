import { expect } from 'vitest';
import type { PresentedCard } from '../../src/encoder/contract.ts';
import type { Fact } from './encoder-cards.ts';
import { codeOf, type Desk, patience, rejectionOf, soon } from './encoder-desk.ts';
import { KeptJournal } from './encoder-site.ts';
import type { Written } from './encoder-written.ts';

/** What a driver promises of a write for which the person swipes the card, once to write and once to read it back. */
export function swipeFacts(fact: Fact, { site, card: CARD, other: OTHER, image, authentic }: Written): void {
  /** A write that has been asked for on a card just swiped; from now on the hand swipes only what `placeCard` swipes. */
  const beginWrite = async (desk: Desk) => {
    await desk.bench.placeCard(CARD);
    const card = await desk.nextCard();
    desk.swipes.isWilling = false;
    const journal = new KeptJournal();
    const writing = card.write(site, image(1), journal, patience());
    // Who waits for it looks at how it ends.
    writing.catch(() => {});
    await soon(desk.swipes.armed(true), 'the wait for the first swipe');
    return { card, journal, writing };
  };
  const swipeOnce = async (desk: Desk, order: typeof CARD) => {
    await soon(desk.swipes.armed(true), 'the wait for a swipe');
    await desk.bench.placeCard(order);
    await soon(desk.swipes.armed(false), 'the end of a swipe');
  };
  const contentOf = async (desk: Desk, card: PresentedCard) => {
    desk.swipes.isWilling = true;
    await desk.lift(card);
    await desk.bench.placeCard(CARD);
    return (await (await desk.nextCard()).inspect(site, patience())).content;
  };

  fact('is asked for twice, and resolves with the second swipe, not with the first', async (desk) => {
    const { card, journal, writing } = await beginWrite(desk);
    let isDone = false;
    const done = writing.then(() => {
      isDone = true;
    });
    expect(journal.notes.at(-1)).toMatchObject({ phase: 'writing', awaitsSwipe: true });
    await swipeOnce(desk, CARD);
    await soon(desk.swipes.armed(true), 'the wait for the second swipe');
    expect(isDone).toBe(false);
    expect(journal.notes.at(-1)).toMatchObject({ phase: 'verifying', awaitsSwipe: true });
    expect(card.removed.aborted).toBe(false);
    await swipeOnce(desk, CARD);
    await done;
    expect(await contentOf(desk, card)).toEqual(authentic(1));
  });
  fact('never takes the swipe of another card for proof', async (desk) => {
    const { card, writing } = await beginWrite(desk);
    await swipeOnce(desk, CARD);
    await swipeOnce(desk, OTHER);
    const asksAgain = desk.swipes.armed(true).then(() => 'asked again' as const);
    const ended = writing.then(
      () => 'resolved' as const,
      (error: unknown) => codeOf(error),
    );
    const next = await soon(Promise.race([asksAgain, ended]), 'what comes of the wrong card');
    if (next === 'asked again') {
      await swipeOnce(desk, CARD);
      await writing;
    } else expect(next).toBe('card_removed');
    expect(await contentOf(desk, card)).toEqual(authentic(1));
  });
  fact('that nobody swipes for rejects, the device is disarmed, and another one ends it', async (desk) => {
    const { card, writing } = await beginWrite(desk);
    await swipeOnce(desk, CARD);
    await soon(desk.swipes.armed(true), 'the wait for the second swipe');
    expect(codeOf(await rejectionOf(writing))).toBe('card_removed');
    expect(desk.swipes.isArmed).toBe(false);
    await desk.removal(card);
    desk.swipes.isWilling = true;
    await desk.bench.placeCard(CARD);
    const again = await desk.nextCard();
    await again.write(site, image(2), new KeptJournal(), patience());
    expect((await again.inspect(site, patience())).content).toEqual(authentic(2));
  });
  fact('is disarmed when nobody waits for a card any more', async (desk) => {
    const stop = new AbortController();
    const waiting = rejectionOf(desk.encoder.awaitCard(stop.signal));
    await soon(desk.swipes.armed(true), 'the wait for a card');
    stop.abort(new Error('nobody waits any more'));
    await waiting;
    await soon(desk.swipes.armed(false), 'the end of the wait for a card');
  });
}
