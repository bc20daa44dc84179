import { describe, expect } from 'vitest';
import type { CardImage } from '../../src/model/card-record.ts';
import type { Fact } from './encoder-cards.ts';
import { codeOf, patience, rejectionOf } from './encoder-desk.ts';
import type { EncoderKind } from './encoder-options.ts';
import { imageOf, KeptJournal, keysAsText, recordOf, SITE } from './encoder-site.ts';

const READ_ONLY_SITE = { ...SITE, formats: [...SITE.formats, { format: 'uid_only' }] } as const;
const BY_NUMBER: CardImage = { kind: 'record', format: 'uid_only', record: recordOf(1) };

/** What a driver promises of `inspect` and `write` of cards that can only be read. */
export function readOnlyFacts(fact: Fact, { first, second, isSwiped }: EncoderKind): void {
  describe('inspect', () => {
    fact('says that a card is used by its number, and nothing else of it', async (desk) => {
      await desk.bench.placeCard(first);
      const card = await desk.nextCard();
      const found = await card.inspect(READ_ONLY_SITE, patience());
      expect(found).toMatchObject({ format: 'uid_only', content: { kind: 'blank' }, keyVersion: null });
      expect(await card.inspect(READ_ONLY_SITE, patience())).toEqual(found);
    });
    fact('says of a card for which the site has no format that it is foreign', async (desk) => {
      await desk.bench.placeCard(first);
      const card = await desk.nextCard();
      const found = await card.inspect(SITE, patience());
      expect(found).toMatchObject({ format: null, content: { kind: 'foreign' } });
    });
    fact('rejects with the reason of a signal that has fired', async (desk) => {
      await desk.bench.placeCard(first);
      const card = await desk.nextCard();
      const reason = new Error('nobody wants to know');
      expect(await rejectionOf(card.inspect(READ_ONLY_SITE, AbortSignal.abort(reason)))).toBe(reason);
      expect((await card.inspect(READ_ONLY_SITE, patience())).format).toBe('uid_only');
    });
    fact('rejects once the card is away', async (desk) => {
      await desk.bench.placeCard(first);
      const card = await desk.nextCard();
      await desk.lift(card);
      expect(codeOf(await rejectionOf(card.inspect(READ_ONLY_SITE, patience())))).toBe('card_removed');
    });
  });

  describe('write', () => {
    fact('of what is used by its number resolves, and leaves the card as it is', async (desk) => {
      await desk.bench.placeCard(first);
      const card = await desk.nextCard();
      await card.write(READ_ONLY_SITE, BY_NUMBER, new KeptJournal(), patience());
      expect(await card.read(patience())).toEqual(first);
    });
    fact('of anything else is refused as unsupported', async (desk) => {
      await desk.bench.placeCard(first);
      const card = await desk.nextCard();
      const journal = new KeptJournal();
      const refused = card.write(READ_ONLY_SITE, imageOf(1), journal, patience());
      expect(codeOf(await rejectionOf(refused))).toBe('card_unsupported');
      expect(journal.notes).toEqual([]);
      expect(await card.read(patience())).toEqual(first);
    });
    fact('rejects with the reason of a signal that has fired', async (desk) => {
      await desk.bench.placeCard(first);
      const card = await desk.nextCard();
      const reason = new Error('the guest went for a walk');
      const refused = card.write(READ_ONLY_SITE, BY_NUMBER, new KeptJournal(), AbortSignal.abort(reason));
      expect(await rejectionOf(refused)).toBe(reason);
    });
    fact('rejects once the card is away, or another one in its place', async (desk) => {
      await desk.bench.placeCard(first);
      const card = await desk.nextCard();
      if (isSwiped) await desk.lift(card);
      await desk.bench.placeCard(second);
      const refused = card.write(READ_ONLY_SITE, BY_NUMBER, new KeptJournal(), patience());
      expect(codeOf(await rejectionOf(refused))).toBe('card_removed');
      await desk.removal(card);
      expect((await desk.settledCard(second.uid)).card).toEqual(second);
    });
    fact('leaves no key and no number in the log', async (desk) => {
      await desk.bench.placeCard(first);
      const card = await desk.nextCard();
      await card.write(READ_ONLY_SITE, BY_NUMBER, new KeptJournal(), patience());
      await card.inspect(READ_ONLY_SITE, patience());
      await desk.lift(card);
      const said = desk.bench.logged.join('\n').toLowerCase();
      const secrets = [...keysAsText(), first.uid, BigInt(`0x${first.uid}`).toString()];
      for (const secret of secrets) expect(said).not.toContain(secret.toLowerCase());
    });
  });
}
