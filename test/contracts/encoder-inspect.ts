import { describe, expect } from 'vitest';
import type { Fact } from './encoder-cards.ts';
import { codeOf, patience, rejectionOf } from './encoder-desk.ts';
import type { EncoderKind } from './encoder-options.ts';
import { KeptJournal } from './encoder-site.ts';
import type { Written } from './encoder-written.ts';

/** What a driver promises of `inspect`, on cards that can be written. */
export function inspectFacts(fact: Fact, written: Written, { exchanges }: EncoderKind): void {
  const { site, card: TAG, other: OTHER_TAG, untouched, image, isSwiped } = written;
  const nowhere = { ...site, formats: [] };

  describe('inspect', () => {
    fact('says what is on a card, and changes nothing', async (desk) => {
      await desk.bench.placeCard(TAG);
      const card = await desk.nextCard();
      const found = await card.inspect(site, patience());
      expect(found).toMatchObject({ format: image(1).format, content: untouched, keyVersion: null });
      expect(found.capacityBytes).toBeGreaterThan(isSwiped ? -1 : 0);
      expect(await card.inspect(site, patience())).toEqual(found);
      await desk.lift(card);
      await desk.bench.placeCard(TAG);
      expect(await (await desk.nextCard()).inspect(site, patience())).toEqual(found);
    });
    fact('says of a card for which the site has no format that it is foreign', async (desk) => {
      await desk.bench.placeCard(TAG);
      const card = await desk.nextCard();
      const found = await card.inspect(nowhere, patience());
      expect(found).toMatchObject({ format: null, content: { kind: 'foreign' } });
      const error = await rejectionOf(card.write(nowhere, image(1), new KeptJournal(), patience()));
      expect(codeOf(error)).toBe('card_unsupported');
    });
    if (exchanges) {
      fact('rejects with the reason of its signal, before and while it works', async (desk) => {
        await desk.bench.placeCard({ ...TAG, ...written.slowly });
        const card = await desk.nextCard();
        const reason = new Error('nobody wants to know');
        expect(await rejectionOf(card.inspect(site, AbortSignal.abort(reason)))).toBe(reason);
        const abort = new AbortController();
        const inspecting = rejectionOf(card.inspect(site, abort.signal));
        abort.abort(reason);
        expect(await inspecting).toBe(reason);
        expect((await card.inspect(site, patience())).content).toMatchObject(untouched);
      });
    } else {
      fact('rejects with the reason of a signal that has fired', async (desk) => {
        await desk.bench.placeCard(TAG);
        const card = await desk.nextCard();
        const reason = new Error('nobody wants to know');
        expect(await rejectionOf(card.inspect(site, AbortSignal.abort(reason)))).toBe(reason);
        expect((await card.inspect(site, patience())).content).toMatchObject(untouched);
      });
    }
    if (isSwiped) {
      fact('rejects once the card is away', async (desk) => {
        await desk.bench.placeCard(TAG);
        const card = await desk.nextCard();
        await desk.lift(card);
        expect(codeOf(await rejectionOf(card.inspect(site, patience())))).toBe('card_removed');
      });
      return;
    }
    fact('rejects once the card is away, or another one in its place', async (desk) => {
      await desk.bench.placeCard(TAG);
      const card = await desk.nextCard();
      await desk.bench.placeCard(OTHER_TAG);
      expect(codeOf(await rejectionOf(card.inspect(site, patience())))).toBe('card_removed');
      await desk.removal(card);
      expect(codeOf(await rejectionOf(card.inspect(site, patience())))).toBe('card_removed');
    });
  });
}
