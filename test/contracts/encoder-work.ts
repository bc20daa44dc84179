import { describe, expect } from 'vitest';
import { codeOf, type Desk, patience, rejectionOf } from './encoder-desk.ts';
import { imageOf, KeptJournal, keysAsText, recordOf, SITE } from './encoder-site.ts';

/** Registers one test over a desk of its own. */
export type Fact = (is: string, prove: (desk: Desk) => Promise<void>) => void;

const TAG = { technology: 'ntag215', uid: '04B1C2D3E4F560' } as const;
const OTHER_TAG = { technology: 'ntag215', uid: '0455667788AABB' } as const;
/** Slow enough for a hand to come in between, over a process too. */
const SLOWLY = { delayMs: 15 };
/** Exchanges at which a card is pulled: it is presented after two to four, and written or blanked with 37. */
const PULLED_AT = [8, 17, 27, 38];
const BLANK = { kind: 'blank', format: 'ntag' } as const;

const authentic = (issueCounter: number) => ({
  kind: 'record',
  record: recordOf(issueCounter),
  standing: 'authentic',
});

/** What a driver promises of `inspect` and `write`. */
export function cardWorkFacts(fact: Fact, { unplugs }: { readonly unplugs: boolean }): void {
  describe('inspect', () => {
    fact('says what is on a card, and changes nothing', async (desk) => {
      await desk.bench.placeCard(TAG);
      const card = await desk.nextCard();
      const found = await card.inspect(SITE, patience());
      expect(found).toMatchObject({ format: 'ntag', content: { kind: 'blank' }, keyVersion: null });
      expect(found.capacityBytes).toBeGreaterThan(0);
      expect(await card.inspect(SITE, patience())).toEqual(found);
      await desk.bench.removeCard();
      await desk.removal(card);
      await desk.bench.placeCard(TAG);
      expect(await (await desk.nextCard()).inspect(SITE, patience())).toEqual(found);
    });
    fact('says of a card for which the site has no format that it is foreign', async (desk) => {
      await desk.bench.placeCard(TAG);
      const card = await desk.nextCard();
      const found = await card.inspect({ ...SITE, formats: [] }, patience());
      expect(found).toMatchObject({ format: null, content: { kind: 'foreign' } });
      const error = await rejectionOf(
        card.write({ ...SITE, formats: [] }, imageOf(1), new KeptJournal(), patience()),
      );
      expect(codeOf(error)).toBe('card_unsupported');
    });
    fact('rejects with the reason of its signal, before and while it works', async (desk) => {
      await desk.bench.placeCard({ ...TAG, faults: SLOWLY });
      const card = await desk.nextCard();
      const reason = new Error('nobody wants to know');
      expect(await rejectionOf(card.inspect(SITE, AbortSignal.abort(reason)))).toBe(reason);
      const abort = new AbortController();
      const inspecting = rejectionOf(card.inspect(SITE, abort.signal));
      abort.abort(reason);
      expect(await inspecting).toBe(reason);
      expect((await card.inspect(SITE, patience())).content.kind).toBe('blank');
    });
    fact('rejects once the card is away, or another one in its place', async (desk) => {
      await desk.bench.placeCard(TAG);
      const card = await desk.nextCard();
      await desk.bench.placeCard(OTHER_TAG);
      expect(codeOf(await rejectionOf(card.inspect(SITE, patience())))).toBe('card_removed');
      await desk.removal(card);
      expect(codeOf(await rejectionOf(card.inspect(SITE, patience())))).toBe('card_removed');
    });
  });

  describe('write', () => {
    fact('resolves when the card holds the image, and keeps it out of the field', async (desk) => {
      await desk.bench.placeCard(TAG);
      const card = await desk.nextCard();
      await card.write(SITE, imageOf(1), new KeptJournal(), patience());
      expect((await card.inspect(SITE, patience())).content).toEqual(authentic(1));
      await desk.bench.removeCard();
      await desk.removal(card);
      await desk.bench.placeCard(TAG);
      const again = await desk.nextCard();
      const found = await again.inspect(SITE, patience());
      expect(found.content).toEqual(authentic(1));
      await again.write(SITE, imageOf(2), new KeptJournal(), patience());
      await again.write(
        SITE,
        { kind: 'previous', format: 'ntag', preimage: found.preimage },
        new KeptJournal(),
        patience(),
      );
      expect((await again.inspect(SITE, patience())).content).toEqual(authentic(1));
      await again.write(SITE, BLANK, new KeptJournal(), patience());
      expect((await again.inspect(SITE, patience())).content).toEqual({ kind: 'blank' });
    });
    fact('notes its progress in order, from nothing to all of it', async (desk) => {
      await desk.bench.placeCard(TAG);
      const card = await desk.nextCard();
      const journal = new KeptJournal();
      await card.write(SITE, imageOf(1), journal, patience());
      const [first] = journal.notes;
      expect(first).toMatchObject({ phase: 'writing', done: 0 });
      expect(journal.notes.at(-1)).toEqual({ phase: 'verifying', done: first?.total, total: first?.total });
      const steps = journal.notes.map(({ done }) => done);
      expect(steps).toEqual(steps.toSorted((a, b) => a - b));
      const phases = journal.notes.map(({ phase }) => phase);
      expect(phases.lastIndexOf('writing')).toBeLessThan(phases.indexOf('verifying'));
      expect(new Set(journal.notes.map(({ total }) => total)).size).toBe(1);
    });
    fact('that is given up before its first note leaves the card as it was', async (desk) => {
      await desk.bench.placeCard({ ...TAG, faults: SLOWLY });
      const card = await desk.nextCard();
      const found = await card.inspect(SITE, patience());
      const journal = new KeptJournal();
      const reason = new Error('the guest went for a walk');
      const refused = card.write(SITE, imageOf(1), journal, AbortSignal.abort(reason));
      expect(await rejectionOf(refused)).toBe(reason);
      const abort = new AbortController();
      const writing = rejectionOf(card.write(SITE, imageOf(1), journal, abort.signal));
      abort.abort(reason);
      expect(await writing).toBe(reason);
      expect(await card.inspect(SITE, patience())).toEqual(found);
      expect(journal.notes).toEqual([]);
    });
    fact('that is given up at its first note, or after, ends all the same', async (desk) => {
      await desk.bench.placeCard({ ...TAG, faults: SLOWLY });
      const card = await desk.nextCard();
      const abort = new AbortController();
      await card.write(SITE, imageOf(1), new KeptJournal(() => abort.abort()), abort.signal);
      expect((await card.inspect(SITE, patience())).content).toEqual(authentic(1));
    });
    for (const moment of ['before', 'after'] as const) {
      fact(`torn ${moment} any exchange rejects, and another one ends it`, async (desk) => {
        let torn = 0;
        for (const [at, exchange] of PULLED_AT.entries()) {
          const isBlanked = at % 2 === 1;
          const image = isBlanked ? BLANK : imageOf(at + 1);
          await desk.bench.placeCard({ ...TAG, faults: { pulledAt: { exchange, moment } } });
          const card = await desk.nextCard();
          const journal = new KeptJournal();
          const error = await card.write(SITE, image, journal, patience()).then(
            () => undefined,
            (reason: unknown) => reason,
          );
          if (error !== undefined) {
            expect(codeOf(error)).toBe('card_removed');
            await desk.removal(card);
            expect(codeOf(await rejectionOf(card.write(SITE, image, journal, patience())))).toBe(
              'card_removed',
            );
            torn += Number(journal.notes.length > 0);
          }
          await desk.bench.removeCard();
          await desk.removal(card);
          await desk.bench.placeCard(TAG);
          const again = await desk.nextCard();
          await again.write(SITE, image, new KeptJournal(), patience());
          const { content } = await again.inspect(SITE, patience());
          expect(content).toEqual(isBlanked ? { kind: 'blank' } : authentic(at + 1));
          await desk.bench.removeCard();
          await desk.removal(again);
        }
        expect(torn).toBeGreaterThan(1);
      });
    }
    fact('does not touch a card that took the place of the one that was meant', async (desk) => {
      await desk.bench.placeCard(TAG);
      const card = await desk.nextCard();
      await desk.bench.placeCard(OTHER_TAG);
      const journal = new KeptJournal();
      expect(codeOf(await rejectionOf(card.write(SITE, imageOf(1), journal, patience())))).toBe(
        'card_removed',
      );
      expect(journal.notes).toEqual([]);
      await desk.removal(card);
      const other = await desk.settledCard(OTHER_TAG.uid);
      expect((await other.inspect(SITE, patience())).content).toEqual({ kind: 'blank' });
    });
    fact('does not go on with a card that was put there while it wrote', async (desk) => {
      await desk.bench.placeCard({ ...TAG, faults: SLOWLY });
      const card = await desk.nextCard();
      const journal = new KeptJournal();
      const writing = rejectionOf(card.write(SITE, imageOf(1), journal, patience()));
      await journal.begun;
      await desk.bench.placeCard(OTHER_TAG);
      expect(codeOf(await writing)).toBe('card_removed');
      await desk.removal(card);
      const other = await desk.settledCard(OTHER_TAG.uid);
      expect((await other.inspect(SITE, patience())).content).toEqual({ kind: 'blank' });
    });
    fact('of a card that is taken away meanwhile rejects, and the card is removed', async (desk) => {
      await desk.bench.placeCard({ ...TAG, faults: SLOWLY });
      const card = await desk.nextCard();
      const journal = new KeptJournal();
      const writing = rejectionOf(card.write(SITE, imageOf(1), journal, patience()));
      await journal.begun;
      await desk.bench.removeCard();
      expect(codeOf(await writing)).toBe('card_removed');
      expect(codeOf(await desk.removal(card))).toBe('card_removed');
    });
    fact('never interleaves with other work on the card', async (desk) => {
      await desk.bench.placeCard(TAG);
      const card = await desk.nextCard();
      const ends: string[] = [];
      const write = async (name: string, counter: number) => {
        const journal = new KeptJournal(() => ends.push(`${name} begins`));
        await card.write(SITE, imageOf(counter), journal, patience());
        ends.push(`${name} ends`);
      };
      const [, , found] = await Promise.all([
        write('one', 1),
        write('another', 2),
        card.inspect(SITE, patience()),
        card.read(patience()),
      ]);
      expect(ends).toEqual(['one begins', 'one ends', 'another begins', 'another ends']);
      expect(found.content).toEqual(authentic(2));
    });
    fact('that has begun ends before its encoder is closed', async (desk) => {
      await desk.bench.placeCard({ ...TAG, faults: SLOWLY });
      const card = await desk.nextCard();
      const journal = new KeptJournal();
      const writing = card.write(SITE, imageOf(1), journal, patience());
      await journal.begun;
      await desk.encoder[Symbol.asyncDispose]();
      expect(journal.notes.at(-1)).toMatchObject({ phase: 'verifying' });
      await writing;
      await desk.reopen();
      expect((await (await desk.nextCard()).inspect(SITE, patience())).content).toEqual(authentic(1));
    });
    fact('leaves no key in the log, whatever becomes of it', async (desk) => {
      await desk.bench.placeCard({ ...TAG, faults: { pulledAt: { exchange: 20, moment: 'after' } } });
      const card = await desk.nextCard();
      await rejectionOf(card.write(SITE, imageOf(1), new KeptJournal(), patience()));
      await desk.removal(card);
      await desk.bench.removeCard();
      await desk.bench.placeCard(TAG);
      const again = await desk.nextCard();
      await again.write(SITE, imageOf(1), new KeptJournal(), patience());
      await again.inspect(SITE, patience());
      const said = desk.bench.logged.join('\n').toLowerCase();
      for (const key of keysAsText()) expect(said).not.toContain(key.toLowerCase());
    });
    if (!unplugs) return;
    fact('to a device that goes meanwhile rejects, and the card is removed with it', async (desk) => {
      await desk.bench.placeCard({ ...TAG, faults: SLOWLY });
      const card = await desk.nextCard();
      const journal = new KeptJournal();
      const writing = rejectionOf(card.write(SITE, imageOf(1), journal, patience()));
      await journal.begun;
      await desk.unplug();
      expect(['card_removed', 'device_lost']).toContain(codeOf(await writing));
      expect(['card_removed', 'device_lost']).toContain(codeOf(await desk.removal(card)));
    });
  });
}
