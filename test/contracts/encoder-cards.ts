import { describe, expect, type TestOptions, test } from 'vitest';
import { codeOf, Desk, type EncoderBench, patience, rejectionOf } from './encoder-desk.ts';
import type { ContractCard, EncoderKind } from './encoder-options.ts';

/** Registers one test over a desk of its own, with a bench of this make. */
export type FactOver<Bench extends EncoderBench> = (
  is: string,
  prove: (desk: Desk<Bench>) => Promise<void>,
  options?: TestOptions,
) => void;

export type Fact = FactOver<EncoderBench>;

/** Until a card that was pulled while it was identified counts as never presented. */
const UNSEEN_MS = 1_500;

/** Facts over benches of this make: each has a bench of its own, and its watch must have told a story that holds together. */
export function factsOver<Bench extends EncoderBench>(makeBench: () => Promise<Bench>): FactOver<Bench> {
  return (is, prove, options = {}) =>
    test(is, options, async () => {
      const desk = await Desk.set(makeBench);
      try {
        await prove(desk);
        desk.news.throwIfBroken();
      } finally {
        await desk.clear();
      }
    });
}

/** What a driver promises of `awaitCard`. */
export function awaitCardFacts(fact: Fact, { first, cards, exchanges }: EncoderKind): void {
  describe('awaitCard', () => {
    fact('gives the card that is there already', async (desk) => {
      const placed = await desk.bench.placeCard(first);
      const { card } = await desk.nextCard();
      expect(card).toEqual({ uid: placed.uid, technology: placed.technology });
    });
    fact('gives the next card when none is there', async (desk) => {
      const next = desk.nextCard();
      await desk.bench.placeCard(first);
      expect((await next).card.uid).toBe(first.uid);
    });
    fact('rejects with the reason of its signal, and the wait after it gets the card', async (desk) => {
      const stop = new AbortController();
      const waiting = rejectionOf(desk.encoder.awaitCard(stop.signal));
      const reason = new Error('nobody waits any more');
      stop.abort(reason);
      expect(await waiting).toBe(reason);
      await desk.bench.placeCard(first);
      expect((await desk.nextCard()).card.uid).toBe(first.uid);
      expect(await rejectionOf(desk.encoder.awaitCard(AbortSignal.abort(reason)))).toBe(reason);
    });
    fact('gives the same object until the card leaves, and another one after', async (desk) => {
      await desk.bench.placeCard(first);
      const card = await desk.nextCard();
      expect(await desk.nextCard()).toBe(card);
      await desk.lift(card);
      const next = desk.nextCard();
      await desk.bench.placeCard(first);
      expect(await next).not.toBe(card);
      expect(card.removed.aborted).toBe(true);
      expect((await next).removed.aborted).toBe(false);
    });
    for (const [at, kind] of cards.entries()) {
      fact(`tells a ${nameOf(kind, cards.slice(0, at))} and its number`, async (desk) => {
        await desk.bench.placeCard(kind);
        const card = await desk.nextCard();
        expect(card.card).toEqual(kind);
        expect(await card.read(patience())).toEqual(kind);
      });
    }
    if (!exchanges) return;
    fact('waits for a card that answers slowly', async (desk) => {
      await desk.bench.placeCard({ ...first, faults: { delayMs: 250 } });
      const card = await desk.nextCard();
      expect((await card.read(patience())).uid).toBe(first.uid);
    });
  });
}

/** What a driver promises of a card that is read. */
export function cardFacts(fact: Fact, { first, second, exchanges, isSwiped }: EncoderKind): void {
  describe('a card', () => {
    fact('fires `removed` once when it is taken away', async (desk) => {
      await desk.bench.placeCard(first);
      const card = await desk.nextCard();
      let fired = 0;
      card.removed.addEventListener('abort', () => {
        fired += 1;
      });
      await desk.bench.removeCard();
      expect(codeOf(await desk.removal(card))).toBe('card_removed');
      await desk.bench.placeCard(first);
      await desk.nextCard();
      expect(fired).toBe(1);
    });
    fact('is read as often as one likes, and not with a signal that has fired', async (desk) => {
      await desk.bench.placeCard(first);
      const card = await desk.nextCard();
      const reason = new Error('too late');
      expect(await rejectionOf(card.read(AbortSignal.abort(reason)))).toBe(reason);
      for (let time = 0; time < 3; time++) expect(await card.read(patience())).toEqual(card.card);
    });
    fact('rejects to be read once it is away', async (desk) => {
      await desk.bench.placeCard(first);
      const card = await desk.nextCard();
      await desk.bench.removeCard();
      // A card that is swiped counts as there for a while.
      if (!isSwiped) expect(codeOf(await rejectionOf(card.read(patience())))).toBe('card_removed');
      await desk.removal(card);
      expect(codeOf(await rejectionOf(card.read(patience())))).toBe('card_removed');
    });
    if (isSwiped) {
      fact('that was swiped is not mistaken for the next one', async (desk) => {
        await desk.bench.placeCard(first);
        const card = await desk.nextCard();
        await desk.lift(card);
        await desk.bench.placeCard(second);
        expect((await desk.nextCard()).card).toEqual(second);
        expect(codeOf(await rejectionOf(card.read(patience())))).toBe('card_removed');
      });
      return;
    }
    fact('is not mistaken for another one that took its place', async (desk) => {
      await desk.bench.placeCard(first);
      const card = await desk.nextCard();
      await desk.bench.placeCard(second);
      expect(codeOf(await rejectionOf(card.read(patience())))).toBe('card_removed');
      await desk.removal(card);
      expect((await desk.settledCard(second.uid)).card).toEqual(second);
    });
    fact('that is put down right after another one is the one that stays', async (desk) => {
      await desk.bench.placeCard(first);
      await desk.bench.placeCard(second);
      const card = await desk.settledCard(second.uid);
      expect(await card.read(patience())).toEqual(second);
    });
    if (exchanges) pulledCardFacts(fact, first);
  });
}

function pulledCardFacts(fact: Fact, first: ContractCard): void {
  fact('taken away while it is read rejects the read', async (desk) => {
    await desk.bench.placeCard({ ...first, faults: { delayMs: 400 } });
    const card = await desk.nextCard();
    const reading = rejectionOf(card.read(patience()));
    await desk.bench.removeCard();
    expect(codeOf(await reading)).toBe('card_removed');
    await desk.removal(card);
  });
  for (const moment of ['before', 'after'] as const) {
    fact(`pulled ${moment} any exchange is told as removed, never as read`, async (desk) => {
      let removals = 0;
      for (let exchange = 1; exchange <= 8; exchange++) {
        await desk.bench.placeCard({ ...first, faults: { pulledAt: { exchange, moment } } });
        const card = await desk.encoder.awaitCard(AbortSignal.timeout(UNSEEN_MS)).catch(unlessTimedOut);
        if (card === undefined) continue;
        const error = await card.read(patience()).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        await desk.lift(card);
        if (error === undefined) break;
        expect(codeOf(error)).toBe('card_removed');
        removals += 1;
      }
      expect(removals).toBeGreaterThan(0);
    });
  }
}

/** The kind of card, with its uid where there was one of the kind before. */
function nameOf({ technology, uid }: ContractCard, before: readonly ContractCard[]): string {
  return before.some((card) => card.technology === technology) ? `${technology} (${uid})` : technology;
}

function unlessTimedOut(reason: unknown): undefined {
  if (!(reason instanceof DOMException && reason.name === 'TimeoutError')) throw reason;
}
