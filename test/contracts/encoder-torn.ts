import { expect } from 'vitest';
import type { Fact } from './encoder-cards.ts';
import { codeOf, patience, rejectionOf } from './encoder-desk.ts';
import { KeptJournal } from './encoder-site.ts';
import type { Written } from './encoder-written.ts';

/** Exchanges at which a card is pulled: an NTAG215 is presented after two to four, and written or blanked with 37. */
const PULLED_AT = [8, 17, 27, 38];

/** What a driver promises of a write whose card leaves the field before its end. */
export function tornFacts(
  fact: Fact,
  { site, card: TAG, other: OTHER_TAG, untouched, image, authentic, blank, slowly }: Written,
): void {
  for (const moment of ['before', 'after'] as const) {
    fact(`torn ${moment} any exchange rejects, and another one ends it`, async (desk) => {
      let torn = 0;
      for (const [at, exchange] of PULLED_AT.entries()) {
        const isBlanked = at % 2 === 1;
        const wanted = isBlanked ? blank : image(at + 1);
        await desk.bench.placeCard({ ...TAG, faults: { pulledAt: { exchange, moment } } });
        const card = await desk.nextCard();
        const journal = new KeptJournal();
        const error = await card.write(site, wanted, journal, patience()).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        if (error !== undefined) {
          expect(codeOf(error)).toBe('card_removed');
          await desk.removal(card);
          expect(codeOf(await rejectionOf(card.write(site, wanted, journal, patience())))).toBe(
            'card_removed',
          );
          torn += Number(journal.notes.length > 0);
        }
        await desk.lift(card);
        await desk.bench.placeCard(TAG);
        const again = await desk.nextCard();
        await again.write(site, wanted, new KeptJournal(), patience());
        const { content } = await again.inspect(site, patience());
        expect(content).toEqual(isBlanked ? { kind: 'blank' } : authentic(at + 1));
        await desk.lift(again);
      }
      expect(torn).toBeGreaterThan(1);
    });
  }
  fact('does not touch a card that took the place of the one that was meant', async (desk) => {
    await desk.bench.placeCard(TAG);
    const card = await desk.nextCard();
    await desk.bench.placeCard(OTHER_TAG);
    const journal = new KeptJournal();
    expect(codeOf(await rejectionOf(card.write(site, image(1), journal, patience())))).toBe('card_removed');
    expect(journal.notes).toEqual([]);
    await desk.removal(card);
    const other = await desk.settledCard(OTHER_TAG.uid);
    expect((await other.inspect(site, patience())).content).toMatchObject(untouched);
  });
  fact('does not go on with a card that was put there while it wrote', async (desk) => {
    await desk.bench.placeCard({ ...TAG, ...slowly });
    const card = await desk.nextCard();
    const journal = new KeptJournal();
    const writing = rejectionOf(card.write(site, image(1), journal, patience()));
    await journal.begun;
    await desk.bench.placeCard(OTHER_TAG);
    expect(codeOf(await writing)).toBe('card_removed');
    await desk.removal(card);
    const other = await desk.settledCard(OTHER_TAG.uid);
    expect((await other.inspect(site, patience())).content).toMatchObject(untouched);
  });
  fact('of a card that is taken away meanwhile rejects, and the card is removed', async (desk) => {
    await desk.bench.placeCard({ ...TAG, ...slowly });
    const card = await desk.nextCard();
    const journal = new KeptJournal();
    const writing = rejectionOf(card.write(site, image(1), journal, patience()));
    await journal.begun;
    await desk.bench.removeCard();
    expect(codeOf(await writing)).toBe('card_removed');
    expect(codeOf(await desk.removal(card))).toBe('card_removed');
  });
}
